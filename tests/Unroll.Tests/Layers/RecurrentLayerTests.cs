using System.Text.Json;
using Unroll.Engine.Cells;
using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;
using Unroll.Tests.Golden;
using Xunit;

namespace Unroll.Tests.Layers;

[Collection(AvailableKernels.Name)]
public class RecurrentLayerTests
{
    public static TheoryData<int> GoldenCases() =>
        [.. Enumerable.Range(0, GoldenFile.Read("layers.json").GetProperty("rnn").GetArrayLength())];

    // With a gradient for every hidden state, initial states given or not, dense and one-hot input, lengths from 1 to 20.
    [Theory]
    [MemberData(nameof(GoldenCases))]
    public void A_vanilla_rnn_gives_PyTorchs_states_and_gradients(int index)
    {
        JsonElement golden = GoldenFile.Read("layers.json").GetProperty("rnn")[index];
        Nonlinearity nonlinearity = golden.GetProperty("nonlinearity").GetString() == "tanh"
            ? Nonlinearity.Tanh
            : Nonlinearity.Relu;
        foreach (IKernels kernels in KernelRegistry.Available)
        {
            var run = new LayerRun(
                kernels, new RnnCell(nonlinearity), golden.GetProperty("input_size").GetInt32(), golden.GetProperty("hidden_size")
                    .GetInt32(),
                reverse: false, golden.Integers("lengths"))
            {
                InputWeight = golden.Singles("weight_ih"),
                RecurrentWeight = golden.Singles("weight_hh"),
                Bias = golden.Singles("bias"),
                Input = golden.Singles("input"),
                Ids = golden.Integers("ids"),
                InitialHidden = golden.Singles("initial_hidden"),
                DHidden = golden.Singles("d_hidden"),
            };
            run.Execute();
            Close.To(golden.Singles("hidden"), run.Hidden, 1e-5, 1e-5, "h");
            Close.To(golden.Singles("d_weight_hh"), run.DRecurrentWeight, 1e-5, 1e-5, "dW_hh");
            Close.To(golden.Singles("d_bias"), run.DBias, 1e-5, 1e-5, "db");
            Close.To(golden.Singles("d_initial_hidden"), run.DInitialHidden, 1e-5, 1e-5, "dh_0");
            if (run.Ids.Length > 0)
                continue;
            Close.To(golden.Singles("d_weight_ih"), run.DInputWeight, 1e-5, 1e-5, "dW_ih");
            Close.To(golden.Singles("d_input"), run.DInput, 1e-5, 1e-5, "dx");
        }
    }

    [Theory]
    [InlineData(Cell.Rnn, false)]
    [InlineData(Cell.Gru, false)]
    [InlineData(Cell.Lstm, false)]
    [InlineData(Cell.Rnn, true)]
    [InlineData(Cell.Gru, true)]
    [InlineData(Cell.Lstm, true)]
    [InlineData(Cell.MinGru, false)]
    [InlineData(Cell.MinGru, true)]
    public void Gradients_by_initial_states_are_slopes(Cell kind, bool reverse)
    {
        LayerRun run = Random(kind, reverse, [5, 3, 3, 1]);
        run.Execute();
        CheckSlope(run.InitialHidden, run.DInitialHidden, run, "dh_0");
        if (kind == Cell.Lstm)
            CheckSlope(run.InitialCell, run.DInitialCell, run, "dc_0");
    }

    // More units than one group of columns whose weight gradients are computed together.
    [Theory]
    [InlineData(Cell.Rnn)]
    [InlineData(Cell.Gru)]
    [InlineData(Cell.Lstm)]
    [InlineData(Cell.MinGru)]
    public void Gradients_by_the_weights_of_a_wide_layer_are_slopes(Cell kind)
    {
        LayerRun run = Random(kind, reverse: false, [5, 3, 3, 1], hiddenSize: 70, weightScale: 0.1f);
        run.Execute();
        (float[] dInputWeight, float[] dRecurrentWeight, float[] dBias) = (
            [.. run.DInputWeight], [.. run.DRecurrentWeight], [.. run.DBias]);
        CheckSlope(run.InputWeight, dInputWeight, run, "dW_ih", every: 17);
        CheckSlope(run.RecurrentWeight, dRecurrentWeight, run, "dW_hh", every: 211);
        CheckSlope(run.Bias, dBias, run, "db", every: 3);
    }

    // More tokens than a chunk holds: sums, states and gradients must not depend on where chunks begin.
    [Theory]
    [InlineData(Cell.Rnn)]
    [InlineData(Cell.Gru)]
    [InlineData(Cell.Lstm)]
    [InlineData(Cell.MinGru)]
    public void A_long_sentence_beside_short_ones_is_what_it_is_alone(Cell kind)
    {
        foreach (bool reverse in (bool[])[false, true])
        {
            int[] lengths = [700, 300, 40, 2];
            LayerRun together = Random(kind, reverse, lengths);
            together.Execute();
            LayerRun alone = together.Row(0);
            alone.Execute();
            Assert.Equal(alone.Hidden, together.RowOf(together.Hidden, 0, together.HiddenSize));
            Assert.Equal(alone.DInput, together.RowOf(together.DInput, 0, together.InputSize));
        }
    }

    private static LayerRun Random(Cell kind, bool reverse, int[] lengths, int hiddenSize = 7, float weightScale = 0.4f)
    {
        var random = new TorchGenerator(3);
        IRecurrentCell cell = RecurrentCells.Of(kind);
        const int inputSize = 5;
        int rows = cell.Gates * hiddenSize;
        return new LayerRun(AvailableKernels.Get(KernelRegistry.Current.Name), cell, inputSize, hiddenSize, reverse, lengths)
        {
            InputWeight = random.Normal(rows * inputSize, weightScale),
            RecurrentWeight = random.Normal(rows * hiddenSize, weightScale),
            Bias = random.Normal(cell.Columns * hiddenSize, 0.4f),
            Input = random.Normal(lengths.Sum() * inputSize),
            InitialHidden = random.Normal(lengths.Length * hiddenSize),
            InitialCell = kind == Cell.Lstm ? random.Normal(lengths.Length * hiddenSize) : [],
            DHidden = random.Normal(lengths.Sum() * hiddenSize),
        };
    }

    // Central differences in single precision: coarse, but a wrong term shows.
    private static void CheckSlope(float[] values, float[] gradient, LayerRun run, string what, int every = 1)
    {
        const float epsilon = 0.01f;
        float[] upstream = [.. run.DHidden];
        gradient = [.. gradient];
        for (int i = 0; i < values.Length; i += every)
        {
            float kept = values[i];
            values[i] = kept + epsilon;
            double above = run.Loss(upstream);
            values[i] = kept - epsilon;
            double below = run.Loss(upstream);
            values[i] = kept;
            Assert.True(
                Math.Abs((above - below) / (2 * epsilon) - gradient[i]) < 2e-3,
                $"{what}[{i}]: {gradient[i]}, slope {(above - below) / (2 * epsilon)}");
        }
    }
}
