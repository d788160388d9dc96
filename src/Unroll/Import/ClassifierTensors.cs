
namespace Unroll.Import;

/// <summary>
/// Which tensors of a state dict, beside the recurrent ones, are the word vectors, the attention and the output layer: by shape,
/// and by name where shapes leave a choice. A matrix that has a vector <c>bias</c> beside its <c>weight</c> is no table of word
/// vectors.
/// </summary>
internal sealed class ClassifierTensors(StateDict tensors, ILayerTensors layers)
{
    private static readonly string[] OutputHints = ["fc", "out", "class", "head"];

    private readonly long _state = layers.StateSize;

    /// <summary>What the tensors are that have no role.</summary>
    public LayersWithoutPlace Others { get; } = new(tensors, layers);

    /// <summary>The name of the table of word vectors; null where words are one-hot.</summary>
    /// <exception cref="InputException">None fits the vocabulary, or several do.</exception>
    public string? FindEmbedding(VocabularyFile vocabulary)
    {
        string[] tables = [.. Matrices(layers.InputSize).Where(name => BiasOf(name) is null)];
        string[] fitting = [.. tables.Where(name => vocabulary.Fits(RowsOf(name)))];
        string[] exact = [.. fitting.Where(name => RowsOf(name) == vocabulary.RowsNeeded)];
        if (fitting.Length > 0)
        {
            Others.Embedding = OneOf(exact.Length > 0 ? exact : fitting, "word vectors", "emb");
            return Others.Embedding;
        }
        bool hasTable = tables.Any(
            name => RowsOf(name) > vocabulary.RowsNeeded || name.Contains("emb", StringComparison.OrdinalIgnoreCase));
        if (vocabulary.Fits(layers.InputSize) && !hasTable)
            return null;
        // The output layer of a model without biases is a matrix like the word vectors; it has few rows.
        if (tables.MaxBy(RowsOf) is { } table)
            throw new InputException($"{vocabulary.Path}: {vocabulary.Describe()}, but {OtherRows(vocabulary, table)}");
        string? apart = tensors.Names.FirstOrDefault(name => tensors.ShapeOf(name) is [var rows, _] && vocabulary.Fits(rows));
        throw new InputException(
            $"{tensors.Source}: no word vectors [{vocabulary.RowsNeeded},{layers.InputSize}] for the recurrent layer's "
                + $"input " +
            $"of {layers.InputSize}, and one-hot input would be {vocabulary.RowsNeeded} wide, as {vocabulary.Path} is; " +
            $"found {Found()}" +
            (apart is null ? "" : $"; if {apart} has the word vectors, a layer stands between, which Unroll does not have"));
    }

    // Rows that no token has may stand at the beginning or at the end, and only the user knows where.
    private string OtherRows(VocabularyFile vocabulary, string table)
    {
        long rows = RowsOf(table);
        string found = $"{table} in {tensors.Source} has {rows} rows; ";
        const string same = "give the vocabulary that the model was trained with, a line for each row";
        if (rows < vocabulary.RowsNeeded)
            return found + same;
        long more = rows - vocabulary.RowsNeeded;
        return $"{found}{same}, an empty one for each of the {more} row{(more == 1 ? "" : "s")} without a token: first if ids "
            + $"begin " +
            "at 1, as Keras's do, and last if the rows were rounded up";
    }

    /// <summary>Finds W, b and the query of attention; null where there are none and none was asked for.</summary>
    /// <exception cref="InputException">Attention was asked for and is not there.</exception>
    public AttentionNames? FindAttention(Pooling? pooling)
    {
        if (pooling is not (null or Pooling.Attention))
            return null;
        string[] named = [.. tensors.Names.Where(name => name.Contains("att", StringComparison.OrdinalIgnoreCase))];
        string[] among = named.Length > 0 || pooling is null ? named : [.. tensors.Names];
        string[] weights = [.. among.Where(name => tensors.HasShape(name, _state, _state))];
        string[] queries = [.. among.Where(IsQuery)];
        // A head of one output has the shape of a query.
        if (named.Length == 0 && queries.Length > 1)
        {
            queries =
            [
                .. queries.Where(name => !OutputHints.Any(hint => name.Contains(hint, StringComparison.OrdinalIgnoreCase))),
            ];
        }
        if (weights is [var weight] && queries is [var query])
            return new AttentionNames(weight, AttentionBiasOf(weight), query, BiasOf(query));
        if (pooling is not null && weights.Length > 0 && queries.Length > 0)
        {
            _ = OneOf(weights, "matrix of attention");
            _ = OneOf(queries, "query of attention");
        }
        return pooling is null
            ? null
            : throw new InputException(
                $"{tensors.Source}: TorchImportOptions.Pooling = Attention needs a matrix [{_state},{_state}] and a query " +
                $"of {_state} values; found {Found()}");
    }

    /// <summary>The output layer's matrix: a row for each label, or one row where there are two labels.</summary>
    /// <exception cref="InputException">None fits the labels, or several do.</exception>
    public string FindOutput(int labels)
    {
        string[] matrices = [.. Matrices(_state)];
        string[] fitting = [.. matrices.Where(name => RowsOf(name) == labels)];
        if (fitting.Length == 0 && labels == 2)
            fitting = [.. matrices.Where(name => RowsOf(name) == 1)];
        if (fitting.Length > 0)
        {
            Others.RequireNoChain(fitting);
            Others.Output = OneOf(fitting, "output layer", OutputHints);
            return Others.Output;
        }
        string? only = matrices is [var one] ? one : null;
        Others.Output = only;
        string own = only is null ? "." : only[..(only.LastIndexOf('.') + 1)];
        Others.RequireNoneKnown([.. tensors.Names.Where(
            name => name != only && (own.Length == 0 || !name.StartsWith(own, StringComparison.Ordinal)))]);
        if (only is not null)
        {
            throw new InputException(
                $"{tensors.Source}: {labels} labels, but {only} has {RowsOf(only)} rows; " +
                "give TorchImportOptions.Labels one name for each row, in order (a name with a comma in quotes)");
        }
        string? other = tensors.Names.FirstOrDefault(
            name => tensors.ShapeOf(name) is [var rows, _] && (rows == labels || (labels == 2 && rows == 1)));
        throw new InputException(
            $"{tensors.Source}: no output layer [{labels},{_state}] after the recurrent layer's {_state} outputs and " +
            $"{labels} labels; found {Found()}" + (other is null ? "" :
            $"; {other} reads {tensors.ShapeOf(other)[1]} values, so a layer or several poolings stand between, which Unroll "
                + $"does " +
            "not have"));
    }

    /// <summary>The bias of a layer whose matrix is known, if it has one.</summary>
    public string? BiasOf(string weight)
    {
        if (!weight.EndsWith("weight", StringComparison.Ordinal))
            return null;
        string bias = weight[..^"weight".Length] + "bias";
        return tensors.HasShape(bias, tensors.ShapeOf(weight)[0]) ? bias : null;
    }

    private IEnumerable<string> Matrices(long columns) =>
        tensors.Names.Where(name => tensors.ShapeOf(name) is [_, long width] && width == columns);

    // A vector with a bias as long beside it is a norm's scale, whatever its name.
    private bool IsQuery(string name)
    {
        bool isVector = tensors.HasShape(name, _state) || tensors.HasShape(name, _state, 1);
        return (isVector || tensors.HasShape(name, 1, _state)) && !(isVector && BiasOf(name) is not null)
            && !TensorNames.IsBias(name) && !TensorNames.IsNorm(name);
    }

    // Beside a matrix called W stands a bias called b.
    private string? AttentionBiasOf(string weight)
    {
        if (weight.EndsWith("weight", StringComparison.Ordinal))
            return BiasOf(weight);
        string module = TensorNames.ModuleOf(weight);
        string[] biases =
        [
            .. tensors.Names.Where(name => tensors.HasShape(name, _state) && TensorNames.ModuleOf(name) == module
                && TensorNames.IsBias(name) && !TensorNames.IsNorm(name)),
        ];
        return biases is [var bias] ? bias : null;
    }

    private long RowsOf(string matrix) => tensors.ShapeOf(matrix)[0];

    private string Found() => tensors.Names.Count == 0 ? "no other tensor" : tensors.Describe(tensors.Names);

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
                $"{tensors.Source}: {tensors.Describe(names)} can each be the {what}; if forward() reads one of them alone "
                    + $"when it " +
                "predicts, leave the others out with TorchImportOptions.Ignore = NAME");
    }
}

/// <summary>The tensors of attention; a bias of the query's product is the same for every word and changes nothing.</summary>
internal sealed record AttentionNames(string Weight, string? Bias, string Query, string? QueryBias);
