using Unroll.Models;

namespace Unroll.Cli.Runs;

/// <summary>The model of a folder, for the verbs that only read it.</summary>
internal static class SavedModel
{
    /// <summary>Reads it, and tells where a training has begun to replace it and has not come to its end.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="terminal">Where that is told.</param>
    /// <exception cref="InputException">There is none, or it is damaged.</exception>
    public static SentenceClassifier Load(string path, Terminal terminal)
    {
        SentenceClassifier classifier = SentenceClassifier.Load(path);
        if (RunFolder.IsBeingReplaced(path))
        {
            terminal.Error.WriteLine(
                $"warning: {path}: a training that replaces this model has not ended, and the old model is used; " +
                $"go on with unroll train --resume {path} if it was stopped");
        }
        return classifier;
    }
}
