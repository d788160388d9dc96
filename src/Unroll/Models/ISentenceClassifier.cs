namespace Unroll.Models;

/// <summary>
/// What a program asks of a classifier: a <see cref="SentenceClassifier"/>, one that is read again when its files change, or in a
/// program's own tests whatever answers as it should. Safe from several threads at once.
/// </summary>
public interface ISentenceClassifier
{
    /// <summary>The labels, in the model's order.</summary>
    IReadOnlyList<string> Labels { get; }

    /// <summary>Classifies one text.</summary>
    /// <param name="text">Any text.</param>
    Prediction Predict(string text);

    /// <summary>Classifies texts in batches, in order, as they come.</summary>
    /// <param name="texts">Any texts.</param>
    IEnumerable<Prediction> Predict(IEnumerable<string> texts);
}
