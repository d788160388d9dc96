using Unroll.Inspection;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Tests.Oracles;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Inspection;

/// <summary>The gradients of an inspection against differences of the double-precision oracle.</summary>
public class InspectorSlopeTests
{
    private const double Epsilon = 1e-5;

    // Each word once, so that a change of its vector is a change at its place.
    private static readonly int[] Ids = [3, 5, 2, 6, 4];

    private static readonly string[] Cells =
        ["rnn", "rnn_relu", "gru", "lstm", "mingru", "minlstm", "sru", "peephole", "coupled", "janet", "slstm", "deltanet",
            "deltanet1"];

    public static TheoryData<string> CellNames => [.. Cells];

    public static TheoryData<string, bool, int, Pooling, int> Combinations()
    {
        var data = new TheoryData<string, bool, int, Pooling, int>();
        foreach (string cell in Cells)
        {
            foreach (Pooling pooling in Enum.GetValues<Pooling>())
            {
                foreach (int layers in (int[])[1, 2])
                {
                    data.Add(cell, false, layers, pooling, 4);
                    data.Add(cell, true, layers, pooling, 4);
                    data.Add(cell, layers == 2, layers, pooling, 0);
                }
            }
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Gradients_by_the_input_are_slopes(string cell, bool bidirectional, int layers, Pooling pooling, int embedding)
    {
        SentenceClassifier classifier = Create(cell, bidirectional, layers, pooling, embedding);
        TextInspection inspection = Inspector.Inspect(classifier, InspectedModels.TextOf(Ids));
        // Drawn again where max pooling takes saturated states alone.
        for (ulong seed = 8; inspection.GradientTimesInput.Max(Math.Abs) <= 1e-3 && seed < 12; seed++)
        {
            classifier = Create(cell, bidirectional, layers, pooling, embedding, seed);
            inspection = Inspector.Inspect(classifier, InspectedModels.TextOf(Ids));
        }
        Dictionary<string, double[]> parameters = ParametersOf(classifier);
        int predicted = classifier.Config.Labels.ToList().IndexOf(inspection.Prediction.Label);
        var oracle = new ClassifierOracle(
            new OracleConfig(cell, 7, embedding, 3, layers, bidirectional, pooling.ToString().ToLowerInvariant(), 3), parameters);
        Func<double> logit = () => oracle.Logits(Ids)[predicted];
        double largest = inspection.GradientTimesInput.Max(Math.Abs);
        Assert.True(largest > 1e-3, "no word has a gradient");
        for (int t = 0; t < Ids.Length; t++)
        {
            (double[] gradient, double[] input) = embedding > 0
                ? WordVector(parameters["embedding.weight"], Ids[t], embedding, logit)
                : OneHot(parameters, Ids[t], bidirectional, logit);
            Assert.Equal(Math.Sqrt(gradient.Sum(d => d * d)), inspection.InputGradient[t], 1e-4);
            Assert.Equal(gradient.Zip(input, (d, x) => d * x).Sum(), inspection.GradientTimesInput[t], 1e-4);
        }
    }

    [Theory]
    [MemberData(nameof(CellNames))]
    public void Gradients_by_the_hidden_state_are_slopes_over_all_ways(string cell)
    {
        SentenceClassifier classifier = Create(cell, bidirectional: false, layers: 1, Pooling.Mean, embedding: 4);
        TextInspection inspection = Inspector.Inspect(classifier, InspectedModels.TextOf(Ids));
        int predicted = classifier.Config.Labels.ToList().IndexOf(inspection.Prediction.Label);
        Dictionary<string, double[]> parameters = ParametersOf(classifier);
        for (int t = 0; t < Ids.Length; t++)
        {
            double squares = 0;
            for (int unit = 0; unit < 3; unit++)
            {
                double slope = (LogitWith(t, unit, Epsilon) - LogitWith(t, unit, -Epsilon)) / (2 * Epsilon);
                squares += slope * slope;
            }
            Assert.Equal(Math.Sqrt(squares), inspection.HiddenGradient[t], 1e-4);
        }

        // The logit when h_t itself is moved: it goes into the pooled vector and into step t + 1.
        double LogitWith(int moved, int unit, double by)
        {
            CellOracle oracle = CellOracle.Create(cell, 3, input: 4);
            double[] recurrentBias = parameters.GetValueOrDefault("rnn.bias_hh_l0") ?? new double[oracle.Gates * 3];
            CellState state = oracle.Start;
            if (oracle.MemoryWeight is { } weight)
                oracle.V = parameters[$"rnn.{weight.Name}_l0"];
            double[] inputBias = [.. parameters["rnn.bias_ih_l0"], .. new double[oracle.Gates * 3 - oracle.BiasRows]];
            double[] pooled = new double[3];
            for (int t = 0; t < Ids.Length; t++)
            {
                double[] x = parameters["embedding.weight"][(Ids[t] * 4)..(Ids[t] * 4 + 4)];
                double[] a = LinearOracle.Forward(parameters["rnn.weight_ih_l0"], inputBias, x);
                double[] u = oracle.HasRecurrentWeight
                    ? LinearOracle.Forward(parameters["rnn.weight_hh_l0"], recurrentBias, state.Hidden)
                    : [];
                oracle.X = x;
                state = oracle.Forward(a, u, state);
                if (t == moved)
                    state.Hidden[unit] += by;
                for (int i = 0; i < 3; i++)
                    pooled[i] += state.Hidden[i] / Ids.Length;
            }
            return LinearOracle.Forward(parameters["output.weight"], parameters["output.bias"], pooled)[predicted];
        }
    }

    private static SentenceClassifier Create(
        string cell, bool bidirectional, int layers, Pooling pooling, int embedding, ulong seed = 7)
    {
        var config = new ModelConfig
        {
            Cell = Enum.Parse<Cell>(cell.Split('_')[0], ignoreCase: true),
            Nonlinearity = cell == "rnn_relu" ? Nonlinearity.Relu : Nonlinearity.Tanh,
            Embedding = embedding,
            Hidden = 3,
            Layers = layers,
            Bidirectional = bidirectional,
            Pooling = pooling,
            // Nothing may be dropped while a text is looked at.
            Dropout = 0.5f,
            Labels = ["a", "b", "c"],
        };
        return SentenceClassifier.Create(
            config, InspectedModels
                .VocabularyOf(7), new TrainingOptions { Initialization = Initialization.StandardNormal, Seed = seed });
    }

    private static Dictionary<string, double[]> ParametersOf(SentenceClassifier classifier)
    {
        int hidden = classifier.Config.Hidden;
        return classifier.Parameters.All.ToDictionary(
            parameter => parameter.Name.Replace("bias_hn", "bias_hh", StringComparison.Ordinal),
            parameter => parameter.Name.Contains("bias_hn", StringComparison.Ordinal)
                ? [.. new double[2 * hidden], .. Close.Widen(classifier.Parameters.Read(parameter))]
                : Close.Widen(classifier.Parameters.Read(parameter)));
    }

    private static (double[] Gradient, double[] Input) WordVector(double[] table, int id, int width, Func<double> logit)
    {
        double[] gradient = new double[width];
        double[] input = table[(id * width)..((id + 1) * width)];
        for (int i = 0; i < width; i++)
        {
            gradient[i] = Slope(change => table[id * width + i] = input[i] + change, logit);
        }
        return (gradient, input);
    }

    // The word's 1 becomes 1 + change: its column of W_ih grows by as much, in both directions.
    private static (double[] Gradient, double[] Input) OneHot(
        Dictionary<string, double[]> parameters, int id, bool bidirectional, Func<double> logit)
    {
        string[] names = bidirectional ? ["rnn.weight_ih_l0", "rnn.weight_ih_l0_reverse"] : ["rnn.weight_ih_l0"];
        double[][] before = [.. names.Select(name => (double[])[.. parameters[name]])];
        double slope = Slope(
            change =>
            {
                foreach ((string name, double[] kept) in names.Zip(before))
                {
                    for (int row = 0; row < kept.Length / 7; row++)
                        parameters[name][row * 7 + id] = kept[row * 7 + id] * (1 + change);
                }
            },
            logit);
        return ([slope], [1]);
    }

    private static double Slope(Action<double> moveBy, Func<double> logit)
    {
        moveBy(Epsilon);
        double above = logit();
        moveBy(-Epsilon);
        double below = logit();
        moveBy(0);
        return (above - below) / (2 * Epsilon);
    }
}
