
namespace Unroll.Import;

/// <summary>
/// Which tensors of a state dict, beside the recurrent ones, are the word vectors, the attention and the output layer: by shape,
/// and by name where shapes leave a choice. A matrix that has a vector <c>bias</c> beside its <c>weight</c> is no table of word
/// vectors.
/// </summary>
internal sealed class ClassifierTensors(StateDict tensors, RecurrentTensors recurrent)
{
    private readonly long _state = recurrent.StateSize;

    /// <summary>The name of the table of word vectors; null where words are one-hot.</summary>
    /// <exception cref="InputException">None fits the vocabulary, or several do.</exception>
    public string? FindEmbedding(int vocabularySize, string vocabularyPath)
    {
        string[] tables = [.. Matrices(recurrent.InputSize).Where(name => BiasOf(name) is null)];
        string[] fitting = [.. tables.Where(name => tensors.ShapeOf(name)[0] == vocabularySize)];
        if (fitting.Length > 0)
            return OneOf(fitting, "word vectors", "emb");
        if (recurrent.InputSize == vocabularySize)
            return null;
        // The output layer of a model without biases is a matrix like the word vectors; it has few rows.
        if (tables.MaxBy(name => tensors.ShapeOf(name)[0]) is { } table)
        {
            throw new InputException(
                $"{vocabularyPath}: {vocabularySize} tokens, but {table} in {tensors.Source} has " +
                $"{tensors.ShapeOf(table)[0]} rows; give the vocabulary that the model was trained with, a line for each row");
        }
        throw new InputException(
            $"{tensors.Source}: no word vectors [{vocabularySize},{recurrent.InputSize}] for the recurrent layer's input " +
            $"of {recurrent.InputSize}, and one-hot input would be {vocabularySize} wide, as {vocabularyPath} is; " +
            $"found {Others()}");
    }

    /// <summary>Finds W, b and the query of attention; null where there are none and none was asked for.</summary>
    /// <exception cref="InputException">Attention was asked for and is not there.</exception>
    public AttentionNames? FindAttention(Pooling? pooling)
    {
        if (pooling is not (null or Pooling.Attention))
            return null;
        string[] named = [.. tensors.Names.Where(name => name.Contains("att", StringComparison.OrdinalIgnoreCase))];
        string[] among = named.Length > 0 || pooling is null ? named : [.. tensors.Names];
        string? weight = among.FirstOrDefault(name => tensors.HasShape(name, _state, _state));
        string? bias = weight is null ? null : BiasOf(weight);
        string? query = among.FirstOrDefault(
            name => name != bias
                && (tensors.HasShape(name, _state) || tensors.HasShape(name, 1, _state) || tensors.HasShape(name, _state, 1))
                    && !IsBias(name));
        if (weight is not null && query is not null)
            return new AttentionNames(weight, bias, query, BiasOf(query));
        return pooling is null
            ? null
            : throw new InputException(
                $"{tensors.Source}: TorchImportOptions.Pooling = Attention needs a matrix [{_state},{_state}] and a query " +
                $"of {_state} values; found {Others()}");
    }

    /// <summary>The output layer's matrix: a row for each label, or one row where there are two labels.</summary>
    /// <exception cref="InputException">None fits the labels, or several do.</exception>
    public string FindOutput(int labels)
    {
        string[] matrices = [.. Matrices(_state)];
        string[] fitting = [.. matrices.Where(name => tensors.ShapeOf(name)[0] == labels)];
        if (fitting.Length == 0 && labels == 2)
            fitting = [.. matrices.Where(name => tensors.ShapeOf(name)[0] == 1)];
        if (fitting.Length > 0)
            return OneOf(fitting, "output layer", "fc", "out", "class", "head");
        if (matrices is [string only])
        {
            throw new InputException(
                $"{tensors.Source}: {labels} labels, but {only} has {tensors.ShapeOf(only)[0]} rows; " +
                "give TorchImportOptions.Labels one name for each row, in order");
        }
        throw new InputException(
            $"{tensors.Source}: no output layer [{labels},{_state}] after the recurrent layer's {_state} outputs and " +
            $"{labels} labels; found {Others()}");
    }

    /// <summary>The bias of a layer whose matrix is known, if it has one.</summary>
    public string? BiasOf(string weight)
    {
        if (!weight.EndsWith("weight", StringComparison.Ordinal))
            return null;
        string bias = weight[..^"weight".Length] + "bias";
        return tensors.HasShape(bias, tensors.ShapeOf(weight)[0]) ? bias : null;
    }

    /// <summary>Refuses tensors that have no place: a model that has them computes something else.</summary>
    /// <exception cref="InputException">There are some.</exception>
    public void RequireNoOthers()
    {
        if (tensors.Names.Count > 0)
        {
            throw new InputException(
                $"{tensors.Source}: Unroll has no place for {Others()}, " +
                "so it cannot compute what this model computes; give TorchImportOptions.Ignore = NAME for tensors that " +
                "take no part");
        }
    }

    private IEnumerable<string> Matrices(long columns) =>
        tensors.Names.Where(name => tensors.ShapeOf(name) is [_, long width] && width == columns);

    private static bool IsBias(string name) => name.EndsWith("bias", StringComparison.Ordinal);

    private string Others() => tensors.Names.Count == 0 ? "no other tensor" : tensors.Describe(tensors.Names);

    private string OneOf(string[] names, string what, params ReadOnlySpan<string> hints)
    {
        if (names.Length == 1)
            return names[0];
        var hinted = new List<string>();
        foreach (string name in names)
        {
            foreach (string hint in hints)
            {
                if (name.Contains(hint, StringComparison.OrdinalIgnoreCase) && !hinted.Contains(name))
                    hinted.Add(name);
            }
        }
        return hinted.Count == 1
            ? hinted[0]
            : throw new InputException(
                $"{tensors.Source}: {tensors.Describe(names)} can each be the {what}; " +
                "leave the others out with TorchImportOptions.Ignore = NAME");
    }
}

/// <summary>The tensors of attention; a bias of the query's product is the same for every word and changes nothing.</summary>
internal sealed record AttentionNames(string Weight, string? Bias, string Query, string? QueryBias);
