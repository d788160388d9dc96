using Unroll.Storage;

namespace Unroll.Import;

/// <summary>The layers of a state dict between its word vectors and its output: recurrent ones or a Transformer's.</summary>
internal interface ILayerTensors
{
    /// <summary>What they are called in an error, such as "the recurrent layer".</summary>
    string Name { get; }

    /// <summary>I: the width of what they read.</summary>
    int InputSize { get; }

    /// <summary>The width of one direction's states.</summary>
    int Hidden { get; }

    /// <summary>The width of what is pooled.</summary>
    int StateSize { get; }

    /// <summary>The module's name; empty where its tensors have no module of their own.</summary>
    string Module { get; }

    /// <summary>Whether a tensor is of the layers that were found, also where it was left out.</summary>
    bool Owns(string name);

    /// <summary>Takes every tensor, under the names of a model of Unroll.</summary>
    /// <param name="notes">What is to be said of them is added.</param>
    Dictionary<string, float[]> TakeAll(List<string> notes);

    /// <summary>A model's config with what the layers are.</summary>
    /// <param name="config">All that is known beside them.</param>
    ModelConfig Complete(ModelConfig config);
}
