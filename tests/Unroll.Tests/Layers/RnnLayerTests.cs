using System.Text.Json;
using Unroll.Layers;
using Unroll.Numerics;
using Unroll.Tests.Golden;
using Unroll.Tests.Oracles;
using Xunit;

namespace Unroll.Tests.Layers;

public class RnnLayerTests
{
    public static TheoryData<int> GoldenCases() =>
        [.. Enumerable.Range(0, GoldenFile.Read("layers.json").GetProperty("rnn").GetArrayLength())];

    [Theory]
    [MemberData(nameof(GoldenCases))]
    public void Outputs_and_every_gradient_are_PyTorchs(int index)
    {
        JsonElement golden = GoldenFile.Read("layers.json").GetProperty("rnn")[index];
        var run = new Run(
            golden.GetProperty("input_size").GetInt32(), golden.GetProperty("hidden_size").GetInt32(),
            golden.GetProperty("nonlinearity").GetString() == "tanh" ? Nonlinearity.Tanh : Nonlinearity.Relu,
            golden.Integers("lengths"))
        {
            InputWeight = golden.Singles("weight_ih"),
            RecurrentWeight = golden.Singles("weight_hh"),
            Bias = golden.Singles("bias"),
            Input = golden.Singles("input"),
            Ids = golden.Integers("ids"),
            InitialHidden = golden.Singles("initial_hidden"),
            DHidden = golden.Singles("d_hidden"),
        };
        Assert.Equal(golden.Integers("batch_sizes"), run.BatchSizes);
        run.Execute();

        Close.To(golden.Singles("hidden"), run.Hidden, 1e-5, 1e-5, "h");
        Close.To(golden.Singles("d_weight_ih"), run.DInputWeight, 1e-5, 1e-5, "dW_ih");
        Close.To(golden.Singles("d_weight_hh"), run.DRecurrentWeight, 1e-5, 1e-5, "dW_hh");
        Close.To(golden.Singles("d_bias"), run.DBias, 1e-5, 1e-5, "db");
        if (run.Ids.Length == 0)
            Close.To(golden.Singles("d_input"), run.DInput, 1e-5, 1e-5, "dx");
        Close.To(golden.Singles("d_initial_hidden"), run.DInitialHidden, 1e-5, 1e-5, "dh_0");

        float[] last = new float[run.BatchSizes[0] * run.HiddenSize];
        new LastStatePooling(run.HiddenSize).Forward(run.BatchSizes, run.Hidden, last);
        Close.To(golden.Singles("last"), last, 1e-5, 1e-5, "h_n");
    }

    [Theory]
    [InlineData(Nonlinearity.Tanh, false)]
    [InlineData(Nonlinearity.Tanh, true)]
    [InlineData(Nonlinearity.Relu, false)]
    [InlineData(Nonlinearity.Relu, true)]
    public void A_packed_batch_is_the_oracle_on_each_sentence(Nonlinearity nonlinearity, bool oneHot)
    {
        var random = new TorchGenerator(17);
        const int inputSize = 4;
        const int hiddenSize = 5;
        int[] lengths = [9, 9, 6, 3, 1, 1];
        int tokens = lengths.Sum();
        var run = new Run(inputSize, hiddenSize, nonlinearity, lengths)
        {
            InputWeight = random.Normal(hiddenSize * inputSize, 0.4f),
            RecurrentWeight = random.Normal(hiddenSize * hiddenSize, 0.4f),
            Bias = random.Normal(hiddenSize, 0.4f),
            Input = oneHot ? [] : random.Normal(tokens * inputSize),
            Ids = oneHot ? random.Integers(tokens, inputSize) : [],
            InitialHidden = random.Normal(lengths.Length * hiddenSize),
            DHidden = random.Normal(tokens * hiddenSize),
        };
        float[] denseInput = oneHot ? OneHot(run.Ids, inputSize) : run.Input;
        float[] upstream = [.. run.DHidden];
        run.Execute();

        var oracle = new RnnOracle(inputSize, hiddenSize, nonlinearity)
        {
            InputWeight = Close.Widen(run.InputWeight),
            RecurrentWeight = Close.Widen(run.RecurrentWeight),
            Bias = Close.Widen(run.Bias),
        };
        double[] dInputWeight = new double[run.InputWeight.Length];
        double[] dRecurrentWeight = new double[run.RecurrentWeight.Length];
        double[] dBias = new double[hiddenSize];
        for (int b = 0; b < lengths.Length; b++)
        {
            double[] x = PackedSentences.Sentence(denseInput, lengths, b, inputSize);
            double[] initial = Close.Widen(run.InitialHidden.AsSpan(b * hiddenSize, hiddenSize));
            double[] h = oracle.Forward(x, initial);
            RnnOracleGradients g = oracle.Backward(x, initial, h, PackedSentences.Sentence(upstream, lengths, b, hiddenSize));
            Close.To(h, PackedSentences.Sentence(run.Hidden, lengths, b, hiddenSize), 1e-6, 1e-5, "h");
            Close.To(g.InitialHidden, Close.Widen(run.DInitialHidden.AsSpan(b * hiddenSize, hiddenSize)), 1e-6, 1e-5, "dh_0");
            if (!oneHot)
                Close.To(g.Input, PackedSentences.Sentence(run.DInput, lengths, b, inputSize), 1e-6, 1e-5, "dx");
            Add(dInputWeight, g.InputWeight);
            Add(dRecurrentWeight, g.RecurrentWeight);
            Add(dBias, g.Bias);
        }
        Close.To(dInputWeight, Close.Widen(run.DInputWeight), 1e-5, 1e-5, "dW_ih");
        Close.To(dRecurrentWeight, Close.Widen(run.DRecurrentWeight), 1e-5, 1e-5, "dW_hh");
        Close.To(dBias, Close.Widen(run.DBias), 1e-5, 1e-5, "db");
    }

    [Fact]
    public void Parameter_gradients_are_added_to_and_unwanted_ones_left_out()
    {
        var run = new Run(2, 2, Nonlinearity.Tanh, [1])
        {
            InputWeight = [1, 0, 0, 1],
            RecurrentWeight = [1, 0, 0, 1],
            Bias = [0, 0],
            Input = [0, 0],
            DHidden = [1, 2],
        };
        run.DBias.AsSpan().Fill(10);
        run.Execute(wantInputGradient: false);
        Assert.Equal([11, 12], run.DBias);
        Assert.All(run.DInput, value => Assert.True(float.IsNaN(value)));
    }

    private static float[] OneHot(int[] ids, int size)
    {
        float[] dense = new float[ids.Length * size];
        for (int n = 0; n < ids.Length; n++)
            dense[n * size + ids[n]] = 1;
        return dense;
    }

    private static void Add(double[] sum, double[] values)
    {
        for (int i = 0; i < sum.Length; i++)
            sum[i] += values[i];
    }

    /// <summary>One forward and backward pass, with results that start as NaN where they are overwritten.</summary>
    private sealed class Run(int inputSize, int hiddenSize, Nonlinearity nonlinearity, int[] lengths)
    {
        public int HiddenSize => hiddenSize;

        public int[] BatchSizes { get; } = PackedSentences.BatchSizes(lengths);

        public required float[] InputWeight { get; init; }

        public required float[] RecurrentWeight { get; init; }

        public required float[] Bias { get; init; }

        public required float[] Input { get; init; }

        public int[] Ids { get; init; } = [];

        public float[] InitialHidden { get; init; } = [];

        public required float[] DHidden { get; init; }

        public float[] Hidden { get; } = NaNs(lengths.Sum() * hiddenSize);

        public float[] DInputWeight { get; } = new float[hiddenSize * inputSize];

        public float[] DRecurrentWeight { get; } = new float[hiddenSize * hiddenSize];

        public float[] DBias { get; } = new float[hiddenSize];

        public float[] DInput { get; } = NaNs(lengths.Sum() * inputSize);

        public float[] DInitialHidden { get; } = NaNs(lengths.Length * hiddenSize);

        public void Execute(bool wantInputGradient = true)
        {
            var layer = new RnnLayer(inputSize, hiddenSize, nonlinearity);
            var parameters = new RnnParameters(InputWeight, RecurrentWeight, Bias);
            var gradients = new RnnGradients(DInputWeight, DRecurrentWeight, DBias);
            if (Ids.Length > 0)
            {
                layer.ForwardOneHot(parameters, BatchSizes, Ids, InitialHidden, Hidden);
                layer.BackwardOneHot(parameters, gradients, BatchSizes, Ids, InitialHidden, Hidden, DHidden, DInitialHidden);
            }
            else
            {
                layer.Forward(parameters, BatchSizes, Input, InitialHidden, Hidden);
                layer.Backward(
                    parameters, gradients, BatchSizes, Input, InitialHidden, Hidden, DHidden,
                    wantInputGradient ? DInput : [], DInitialHidden);
            }
        }

        private static float[] NaNs(int count) => [.. Enumerable.Repeat(float.NaN, count)];
    }
}
