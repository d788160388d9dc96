namespace Unroll.Tests.Oracles;

/// <summary>
/// Cell: rnn, rnn_relu, gru, lstm, mingru and the others of <see cref="CellOracle.Create"/>. Pooling: last, mean, max, attention.
/// Embedding 0: words are one-hot.
/// </summary>
internal sealed record OracleConfig(
    string Cell, int Vocabulary, int Embedding, int Hidden, int Layers, bool Bidirectional, string Pooling, int Classes)
{
    public int Directions => Bidirectional ? 2 : 1;

    public int Features => Hidden * Directions;

    /// <summary>The length of every parameter by its name, in PyTorch's order.</summary>
    public IEnumerable<(string Name, int Length)> Parameters()
    {
        if (Embedding > 0)
            yield return ("embedding.weight", Vocabulary * Embedding);
        for (int layer = 0; layer < Layers; layer++)
        {
            int input = layer > 0 ? Features : Embedding > 0 ? Embedding : Vocabulary;
            CellOracle cell = CreateCell(layer);
            int rows = cell.Gates * Hidden;
            for (int direction = 0; direction < Directions; direction++)
            {
                string suffix = Suffix(layer, direction);
                yield return ("rnn.weight_ih_" + suffix, rows * input);
                if (cell.HasRecurrentWeight)
                    yield return ("rnn.weight_hh_" + suffix, rows * Hidden);
                if (cell.MemoryWeight is { } weight)
                    yield return ($"rnn.{weight.Name}_{suffix}", weight.Count * Hidden);
                yield return ("rnn.bias_ih_" + suffix, cell.BiasRows);
                if (Cell == "gru")
                    yield return ("rnn.bias_hh_" + suffix, rows);
            }
        }
        if (Pooling == "attention")
        {
            yield return ("attention.weight", Features * Features);
            yield return ("attention.bias", Features);
            yield return ("attention.query", Features);
        }
        yield return ("output.weight", Classes * Features);
        yield return ("output.bias", Classes);
    }

    /// <summary>The cell of a layer.</summary>
    public CellOracle CreateCell(int layer) => CellOracle.Create(Cell, Hidden, layer > 0 ? Features : Embedding);

    public static string Suffix(int layer, int direction) => $"l{layer}{(direction == 1 ? "_reverse" : "")}";
}

/// <summary>
/// The whole classifier in double precision, one sentence at a time: words → layers of one or two directions → pooling →
/// linear → cross-entropy. Parameters have PyTorch's names and shapes, row by row. rnn.bias_ih is the one trained bias, the
/// sum of PyTorch's two; a GRU's rnn.bias_hh besides counts only in its last third.
/// </summary>
internal sealed class ClassifierOracle(OracleConfig config, Dictionary<string, double[]> parameters)
{
    private readonly PoolingOracle pooling = new(config.Pooling, config.Hidden, parameters);

    private readonly DirectionOracle[][] layers =
        [.. Enumerable.Range(0, config.Layers).Select(layer => Enumerable.Range(0, config.Directions)
            .Select(direction => new DirectionOracle(
                config.CreateCell(layer), config.Hidden, OracleConfig.Suffix(layer, direction),
                direction == 1, parameters))
            .ToArray())];

    public double[] Logits(int[] ids) =>
        LinearOracle.Forward(parameters["output.weight"], parameters["output.bias"], pooling.Forward(States(ids)[^1]));

    public double Loss(int[][] sentences, int[] labels, double[]? classWeights = null, double labelSmoothing = 0) =>
        WeightedCrossEntropyOracle.Forward([.. sentences.Select(Logits)], labels, classWeights, labelSmoothing);

    public Dictionary<string, double[]> Gradients(
        int[][] sentences, int[] labels, double[]? classWeights = null, double labelSmoothing = 0)
    {
        var gradients = parameters.ToDictionary(p => p.Key, p => new double[p.Value.Length]);
        double[][] dLogits = WeightedCrossEntropyOracle.Backward(
            [.. sentences.Select(Logits)], labels, classWeights, labelSmoothing);
        for (int n = 0; n < sentences.Length; n++)
            Backward(sentences[n], dLogits[n], gradients);
        return gradients;
    }

    private void Backward(int[] ids, double[] dLogits, Dictionary<string, double[]> gradients)
    {
        List<double[][]> states = States(ids);
        (double[] dWeight, double[] dBias, double[] dPooled) =
            LinearOracle.Backward(parameters["output.weight"], pooling.Forward(states[^1]), dLogits);
        Add(gradients["output.weight"], 0, dWeight);
        Add(gradients["output.bias"], 0, dBias);

        double[][] dState = pooling.Backward(states[^1], dPooled, gradients);
        for (int layer = config.Layers - 1; layer >= 0; layer--)
        {
            double[][] x = states[layer];
            double[][] dx = [.. x.Select(row => new double[row.Length])];
            for (int direction = 0; direction < config.Directions; direction++)
            {
                int from = direction * config.Hidden;
                double[][] half = [.. dState.Select(row => row[from..(from + config.Hidden)])];
                double[][] d = layers[layer][direction].Backward(x, half, gradients);
                for (int t = 0; t < x.Length; t++)
                    Add(dx[t], 0, d[t]);
            }
            dState = dx;
        }
        for (int t = 0; t < ids.Length && config.Embedding > 0; t++)
            Add(gradients["embedding.weight"], ids[t] * config.Embedding, dState[t]);
    }

    /// <summary>The words' vectors, then every layer's states, the directions side by side: each [T][features].</summary>
    private List<double[][]> States(int[] ids)
    {
        List<double[][]> states = [[.. ids.Select(Word)]];
        foreach (DirectionOracle[] directions in layers)
        {
            double[][][] halves = [.. directions.Select(direction => direction.Forward(states[^1]))];
            states.Add([.. ids.Select((_, t) => halves.SelectMany(half => half[t]).ToArray())]);
        }
        return states;
    }

    private double[] Word(int id)
    {
        if (config.Embedding > 0)
            return parameters["embedding.weight"][(id * config.Embedding)..((id + 1) * config.Embedding)];
        double[] oneHot = new double[config.Vocabulary];
        oneHot[id] = 1;
        return oneHot;
    }

    private static void Add(double[] sum, int offset, double[] values)
    {
        for (int i = 0; i < values.Length; i++)
            sum[offset + i] += values[i];
    }
}
