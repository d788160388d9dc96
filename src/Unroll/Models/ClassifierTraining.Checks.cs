namespace Unroll.Models;

/// <content>Settings that do not go together with the rows.</content>
public sealed partial class ClassifierTraining
{
    // What chooses among labels is not for models that decide each by itself.
    private void RequireForSeveralLabels()
    {
        const string some = "texts may have several labels, and";
        if (_options.Precision is not null)
        {
            throw new InputException(
                $"{some} TrainingOptions.Precision is for models of one label a text; leave it out: every label gets a " +
                "threshold of its own on the dev rows");
        }
        if (Unlabelled is not null)
        {
            throw new InputException(
                $"{some} texts without labels help models of one label a text alone; leave these texts out");
        }
        if (TakenShares?.Values.Any(share => share < 1) == true)
        {
            throw new InputException(
                $"{some} FineTuningOptions.OldShare is for models of one label a text; give FineTuningOptions.OldShare = 1");
        }
    }
}
