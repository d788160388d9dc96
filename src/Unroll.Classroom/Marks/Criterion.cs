namespace Unroll.Classroom.Marks;

/// <summary>A part of the rubric. Each but <see cref="Sheet"/> has five marks.</summary>
public enum Criterion
{
    /// <summary>The sheet as a whole, which has remarks but no marks.</summary>
    Sheet,

    /// <summary>The initial parameters.</summary>
    Parameters,

    /// <summary>Hidden states and logits.</summary>
    Forward,

    /// <summary>Back-propagation through time and the steps of SGD.</summary>
    Update,

    /// <summary>The predictions for the test sentences.</summary>
    Prediction,
}

/// <summary>What criteria are called in tables and in JSON.</summary>
internal static class CriterionNames
{
    /// <summary>The criterion's name.</summary>
    public static string Name(this Criterion criterion) => criterion switch
    {
        Criterion.Sheet => "sheet",
        Criterion.Parameters => "parameters",
        Criterion.Forward => "forward",
        Criterion.Update => "update",
        Criterion.Prediction => "prediction",
        _ => throw new ArgumentOutOfRangeException(nameof(criterion), criterion, null),
    };
}
