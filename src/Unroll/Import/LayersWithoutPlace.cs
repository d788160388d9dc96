using Unroll.Storage;

namespace Unroll.Import;

/// <summary>
/// What tensors are that no role was found for, as far as names and shapes tell: layers that take part in what the model
/// computes, and that Unroll does not have.
/// </summary>
/// <param name="tensors">The state dict.</param>
/// <param name="layers">The layers that were found.</param>
internal sealed class LayersWithoutPlace(StateDict tensors, ILayerTensors layers)
{
    private static readonly string[] OfLoss = ["loss", "criterion", "class_weight", "pos_weight"];

    /// <summary>The table of word vectors; null where words are one-hot.</summary>
    public string? Embedding { get; set; }

    /// <summary>The output layer's matrix.</summary>
    public string? Output { get; set; }

    /// <summary>Refuses tensors that have no place: a model that has them computes something else.</summary>
    /// <param name="names">Tensors that nothing has taken.</param>
    /// <exception cref="InputException">There are some.</exception>
    public void RequireNone(IReadOnlyCollection<string> names)
    {
        if (names.Count == 0)
            return;
        RequireNoneKnown(names);
        string use = names.All(IsOfLoss)
            ? "they look like a loss's, which predicting does not read: give TorchImportOptions.Ignore = NAME to leave them out"
            : "TorchImportOptions.Ignore = NAME is only for tensors that forward() does not read when it predicts";
        throw new InputException(
            $"{tensors.Source}: Unroll has no place for {tensors.Describe(names)}, so it cannot compute what this model "
                + $"computes; "
            + use);
    }

    /// <summary>Refuses tensors of which it is plain that they take part, and passes over the others.</summary>
    /// <param name="names">Tensors that nothing has taken.</param>
    /// <exception cref="InputException">There are some.</exception>
    public void RequireNoneKnown(IReadOnlyCollection<string> names)
    {
        if (Describe(names) is { } layers)
        {
            throw new InputException(
                $"{tensors.Source}: {layers}; that takes part in what the model computes and Unroll does not compute it, so "
                    + $"train a "
                + "model without it");
        }
    }

    /// <summary>Refuses to leave out a tensor that plainly takes part.</summary>
    /// <param name="ignored">What was left out.</param>
    /// <exception cref="InputException">One takes part.</exception>
    public void RequireNoPart(IReadOnlyCollection<string> ignored)
    {
        if (Describe(ignored) is { } layers)
        {
            throw new InputException(
                $"{tensors.Source}: TorchImportOptions.Ignore leaves out what takes part: {layers}; without it this is another "
                + "model");
        }
    }

    /// <summary>Refuses matrices of one shape that are a chain by their names, where each reads as much as it gives.</summary>
    /// <param name="matrices">As wide as the states and as high as there are labels.</param>
    /// <exception cref="InputException">They are a chain.</exception>
    public void RequireNoChain(string[] matrices)
    {
        if (matrices.Length == 1 || tensors.ShapeOf(matrices[0])[0] != layers.StateSize)
            return;
        Output = matrices[0];
        RequireNoneKnown(matrices[1..]);
    }

    /// <summary>Which of some tensors may take part: all but those of a loss.</summary>
    public static IReadOnlyList<string> Doubtful(IEnumerable<string> names) => [.. names.Where(name => !IsOfLoss(name))];

    /// <summary>
    /// The layers that some tensors are, such as <c>bn (bn.bias [6], …) is a batch norm</c>; null where none is known.
    /// </summary>
    private string? Describe(IReadOnlyCollection<string> names)
    {
        var layers = new List<string>();
        foreach (IGrouping<string, string> module in names.GroupBy(ModuleOf))
        {
            string? what = module.Select(WhatIs).FirstOrDefault(what => what is not null);
            if (what is not null)
                layers.Add($"{tensors.Describe(module)} {(module.Count() == 1 ? "is" : "are")} {what}");
        }
        const int shown = 3;
        string more = layers.Count > shown ? $" and {layers.Count - shown} more layers" : "";
        return layers.Count == 0 ? null : string.Join(", ", layers.Take(shown)) + more;
    }

    private string? WhatIs(string name)
    {
        IReadOnlyList<long> shape = tensors.All[name].Shape;
        string module = ModuleOf(name);
        string last = name[(module.Length == 0 ? 0 : module.Length + 1)..];
        if (layers.Owns(name))
            return $"a part of {layers.Name}";
        if (RecurrentTensors.IsRecurrent(name))
            return WhatIsRecurrent(name, shape);
        if (TensorNames.IsPeephole(name))
            return "a peephole of an LSTM: its gates read the cell's state";
        if (module.Length > 0 && module == layers.Module)
            return $"a part of {module}, whose other tensors are read";
        if (TensorNames.IsInitialState(name))
            return "a learned initial state";
        if (IsPartOfTaken(module))
            return $"a part of {module}, whose other tensors are read";
        if (Has(module, "running_mean") || Has(module, "running_var") || last == "num_batches_tracked")
            return "a batch norm";
        if (IsOfLoss(name))
            return null;
        if (last is "in_proj_weight" or "in_proj_bias" || Contains(name, "attn") || Contains(name, "attention"))
            return "attention of another form than Unroll's";
        if (Contains(name, "transitions"))
            return "a CRF";
        return shape.Count switch
        {
            0 => null,
            1 => WhatIsVector(module, last, tensors.All[name]),
            2 => WhatIsMatrix(name, shape[0], shape[1]),
            _ when Contains(name, "conv") || Has(module, "bias") => "a convolution",
            _ when Contains(name, "init") => "a learned initial state",
            _ => $"a tensor of {shape.Count} dimensions, as no layer of Unroll has",
        };
    }

    // Reads what ours gives, or gives what ours reads; another module beside it cannot be told from one that is not used.
    private string? WhatIsRecurrent(string name, IReadOnlyList<long> shape)
    {
        if (shape is not [_, long width] || !RecurrentTensors.ReadsInput(name))
            return null;
        return width == layers.StateSize ? "another recurrent layer, as wide as the states" : null;
    }

    private string? WhatIsVector(string module, string last, TensorEntry entry)
    {
        bool hasMatrix = module.Length > 0
            && tensors.All.Any(other => ModuleOf(other.Key) == module && other.Value.Shape.Count > 1);
        // Integers and types that came later are no layer's values.
        if (hasMatrix || entry.DType is not ("F32" or "F64" or "F16" or "BF16"))
            return null;
        if (last is "gamma" or "beta" || (Has(module, "weight") && Has(module, "bias"))
            || (module.Length > 0 && TensorNames.IsOfNormModule(module)))
        {
            return "a norm (layer norm or the like)";
        }
        string name = module.Length == 0 ? last : $"{module}.{last}";
        if (TensorNames.IsOfAttention(name) && (entry.Shape[0] == layers.StateSize || entry.Shape[0] == layers.Hidden))
            return "a vector as long as the states: attention of another form than Unroll's";
        if (last == "weight" && entry.Shape[0] == 1)
            return "a learned slope (PReLU)";
        if (!Contains(last, "weight") && !Contains(last, "bias"))
            return null;
        string? place = entry.Shape[0] == OutputRows ? "the output"
            : entry.Shape[0] == layers.StateSize ? "the states"
            : entry.Shape[0] == layers.InputSize ? "the word vectors"
            : null;
        return place is null ? null : $"a {(Contains(last, "bias") ? "bias" : "scale")}, as long as {place}";
    }

    private string? WhatIsMatrix(string name, long rows, long columns)
    {
        int state = layers.StateSize;
        int input = layers.InputSize;
        if (Embedding is not null && columns == input && rows == tensors.All[Embedding].Shape[0])
            return null;
        if (IsOtherTable(name) && columns != input)
            return null;
        if (Output is not null && columns == OutputRows && (rows != state || TensorNames.DifferByNumber(name, Output)))
            return $"a linear layer behind {Output}: the head is a chain of linear layers, and Unroll's is one";
        if (Output is not null && rows == OutputRows && columns == state && name != Output)
            return null;
        if (rows == state)
            return "a linear layer that gives as many values as there are states";
        if (columns == state)
        {
            if (rows == 1)
            {
                return TensorNames.IsOfAttention(name) ? "a score of each state: attention of another form than Unroll's" : null;
            }
            string? reader = tensors.All.FirstOrDefault(
                other => other.Key != name && other.Value.Shape is [_, long width] && width == rows && Reads(other.Key)).Key;
            return reader is null
                ? null
                : $"a linear layer before {reader}: the head is a chain of linear layers, and Unroll's is one";
        }
        if (columns == input)
            return "as wide as the word vectors: another table of vectors or a linear layer of them";
        return rows == input ? "a linear layer that gives as many values as a word vector has" : null;

        // The recurrent layer and the word vectors do not read what a layer of the head gives.
        bool Reads(string other) => other != Embedding && !RecurrentTensors.IsRecurrent(other);
    }

    private long? OutputRows => Output is null ? null : tensors.All[Output].Shape[0];

    private bool IsPartOfTaken(string module) =>
        module.Length > 0 && new[] { Output, Embedding }.Any(taken => taken is not null && ModuleOf(taken) == module);

    private bool Has(string module, string last) => tensors.All.ContainsKey(module.Length == 0 ? last : $"{module}.{last}");

    // Vectors of characters or tags, of another width than the recurrent layer reads.
    private bool IsOtherTable(string name) =>
        Contains(name, "emb") && !Contains(name, "proj") && !Contains(name, "linear") && !Contains(name, "dense")
            && !Has(ModuleOf(name), "bias");

    private static string ModuleOf(string name) => TensorNames.ModuleOf(name);

    private static bool IsOfLoss(string name) => OfLoss.Any(word => Contains(name, word));

    private static bool Contains(string name, string word) => name.Contains(word, StringComparison.OrdinalIgnoreCase);
}
