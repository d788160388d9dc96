using Unroll.Data;
using Unroll.Engine.Batches;
using Unroll.Evaluation;
using Unroll.Storage;
using Unroll.Terms;
using Unroll.Text;

namespace Unroll.Models;

/// <content>The parts of the model beside its networks, and what all are worth.</content>
public sealed partial class ClassifierTraining
{
    // Nothing says what the parts are worth now: they keep what they had.
    private void KeepShares(LinearTraining? learner, CancellationToken cancellationToken)
    {
        ModelConfig before = From!.Config;
        Classifier.SetTemperature(before.Temperature);
        if (before.LinearShare == 0)
            return;
        _linear ??= (learner ?? LinearLearner(cancellationToken)).Train(LinearTraining.Candidates[0], cancellationToken);
        Classifier.SetLinear(_linear, before.LinearShare);
    }

    /// <summary>Measures the model and its parts on other rows, after <see cref="Finish"/>.</summary>
    /// <param name="corpus">Has the rows.</param>
    /// <param name="rows">Which of them.</param>
    internal PartScores Measure(Corpus corpus, IReadOnlyList<int> rows) =>
        Measure(Classifier.Encode(corpus, rows, areMeasured: true), _linear?.Terms.Read(corpus, rows));

    private PartScores Measure(EncodedTexts texts, SparseRows? terms) =>
        PartScores.Measure(Classifier.Networks, _linear, Classifier.Config, texts, terms, _options.Threads);

    private static IEnumerable<int> RowsOf(Corpus corpus, IReadOnlyList<int>? rows) => rows ?? Enumerable.Range(0, corpus.Count);

    private SparseRows? TermsOfDev(LinearPart? part) => part?.Terms.Read(_split.Dev, _split.DevRows);

    private LinearTraining LinearLearner(CancellationToken cancellationToken)
    {
        Dictionary<string, int> classOf = Classifier.Config.ClassOfLabel();
        LabelSets? sets = Classifier.Config.MultiLabel ? new LabelSets() : null;
        int[] classOfLabel = [.. _split.Train.Labels.Select(label => sets is null
            ? classOf.GetValueOrDefault(label, -1)
            : sets.Add([.. LabelText.Split(label).Where(classOf.ContainsKey).Select(each => classOf[each]).Order()]))];
        var learner = new LinearTraining(_split.Train, classOfLabel, Classifier.Config.Classes, _options.Threads)
        {
            Sets = sets,
            WordNgrams = _options.WordNgrams,
            CharNgrams = _options.CharNgrams,
            From = From?.Linear is { } before ? LinearGrowth.WithClasses(before, Classifier.Config.Classes) : null,
        };
        learner.Add(RowsOf(_split.Train, _split.TrainRows), cancellationToken);
        return learner;
    }

    private SimplerModel[] SimplerModels(PartScores? onDev, PartScores? onTest)
    {
        var majority = MajorityBaseline.Train(Prepared(_train), Classifier.Config.Classes);
        List<SimplerModel> models = [new("majority class", "majority", On(_dev), On(_test))];
        if (_options.Networks > 0)
        {
            string networks = _options.Networks > 1 ? "networks alone" : "network alone";
            models.Add(new("linear part alone", TrainingSummary.LinearKey, onDev?.Linear, onTest?.Linear));
            models.Add(new(networks, TrainingSummary.NetworkKey, onDev?.Network, onTest?.Network));
        }
        if (_options.Networks > 1)
        {
            models.Add(
                new("first network alone", TrainingSummary.FirstNetworkKey, onDev?.FirstNetwork, onTest?.FirstNetwork));
        }
        return [.. models];

        EvaluationResult? On(EncodedTexts? texts) =>
            texts is { Count: > 0 } ? majority.Evaluate(texts).Named(Classifier.Config.Labels) : null;
    }

    private static EncodedTexts Prepared(EncodedTexts? texts) =>
        texts ?? throw new InvalidOperationException($"the rows are not encoded yet, call {nameof(Prepare)} before");
}
