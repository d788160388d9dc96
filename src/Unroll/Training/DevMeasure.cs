namespace Unroll.Training;

/// <summary>A measure of a model on the dev rows.</summary>
public enum DevMeasure
{
    /// <summary>Mean loss: the lower the better.</summary>
    Loss,

    /// <summary>Share of rows predicted right: the higher the better.</summary>
    Accuracy,

    /// <summary>Mean F1 of the classes, each counting alike: the higher the better.</summary>
    F1,
}
