using Unroll.Extensions;
using Unroll.Models;
using Unroll.Server.Operation;

namespace Unroll.Server.Models;

/// <summary>A name, the model that answers to it, and what waits for it.</summary>
internal sealed class ModelSlot : IDisposable
{
    private readonly ServedClassifier _served;

    /// <summary>Loads the model.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="served">The model; given back by <see cref="Dispose"/>.</param>
    /// <param name="options">Of the server.</param>
    /// <param name="metrics">Where batches are counted.</param>
    /// <exception cref="InputException">It cannot be loaded.</exception>
    public ModelSlot(string name, ServedClassifier served, ServerOptions options, ServerMetrics metrics)
    {
        (Name, _served) = (name, served);
        // The first prediction compiles and takes memory: better before a request than in it. Any token that is known will do.
        SentenceClassifier classifier = served.Current;
        classifier.Predict(classifier.Vocabulary.Tokens[^1]);
        Queue = new PredictionQueue(this, options, metrics);
    }

    /// <summary>The model's name.</summary>
    public string Name { get; }

    /// <summary>The model that answers now.</summary>
    public LoadedModel Current => _served.Loaded;

    /// <summary>What waits for it.</summary>
    public PredictionQueue Queue { get; }

    /// <summary>Loads the model anew, from the folder of the first load.</summary>
    /// <exception cref="InputException">It cannot be loaded; the old one goes on.</exception>
    public Task<LoadedModel> ReloadAsync() => Task.Run(_served.Reload);

    public void Dispose() => _served.Dispose();
}
