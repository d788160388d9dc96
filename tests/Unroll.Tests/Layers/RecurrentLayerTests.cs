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
    [InlineData(Cell.MinLstm, false)]
    [InlineData(Cell.MinLstm, true)]
    [InlineData(Cell.Sru, false)]
    [InlineData(Cell.Sru, true)]
    [InlineData(Cell.Peephole, false)]
    [InlineData(Cell.Peephole, true)]
    [InlineData(Cell.Coupled, false)]
    [InlineData(Cell.Coupled, true)]
    [InlineData(Cell.Janet, false)]
    [InlineData(Cell.Janet, true)]
    [InlineData(Cell.SLstm, false)]
    [InlineData(Cell.SLstm, true)]
    [InlineData(Cell.DeltaNet, false)]
    [InlineData(Cell.DeltaNet, true)]
    [InlineData(Cell.DeltaNet1, false)]
    public void Gradients_by_initial_states_are_slopes(Cell kind, bool reverse)
    {
        LayerRun run = Random(kind, reverse, [5, 3, 3, 1]);
        run.Execute();
        CheckSlope(run.InitialHidden, run.DInitialHidden, run, "dh_0");
        if (run.InitialMemory.Length > 0)
            CheckSlope(run.InitialMemory, run.DInitialMemory, run, "dm_0");
    }

    // More units than one group of columns whose weight gradients are computed together.
    [Theory]
    [InlineData(Cell.Rnn)]
    [InlineData(Cell.Gru)]
    [InlineData(Cell.Lstm)]
    [InlineData(Cell.MinGru)]
    [InlineData(Cell.MinLstm)]
    [InlineData(Cell.Sru)]
    [InlineData(Cell.Peephole)]
    [InlineData(Cell.Coupled)]
    [InlineData(Cell.Janet)]
    [InlineData(Cell.SLstm)]
    [InlineData(Cell.DeltaNet)]
    public void Gradients_by_the_weights_of_a_wide_layer_are_slopes(Cell kind)
    {
        LayerRun run = Random(kind, reverse: false, [5, 3, 3, 1], hiddenSize: 70, weightScale: 0.1f);
        run.Execute();
        (float[] dInputWeight, float[] dRecurrentWeight) = ([.. run.DInputWeight], [.. run.DRecurrentWeight]);
        (float[] dBias, float[] dMemoryWeight) = ([.. run.DBias], [.. run.DMemoryWeight]);
        CheckSlope(run.InputWeight, dInputWeight, run, "dW_ih", every: 17);
        CheckSlope(run.RecurrentWeight, dRecurrentWeight, run, "dW_hh", every: 211);
        CheckSlope(run.Bias, dBias, run, "db", every: 3);
        CheckSlope(run.MemoryWeight, dMemoryWeight, run, "dv", every: 3);
    }

    // More tokens than a chunk holds: sums, states and gradients must not depend on where chunks begin.
    [Theory]
    [InlineData(Cell.Rnn)]
    [InlineData(Cell.Gru)]
    [InlineData(Cell.Lstm)]
    [InlineData(Cell.MinGru)]
    [InlineData(Cell.MinLstm)]
    [InlineData(Cell.Sru)]
    [InlineData(Cell.Peephole)]
    [InlineData(Cell.Coupled)]
    [InlineData(Cell.Janet)]
    [InlineData(Cell.SLstm)]
    [InlineData(Cell.DeltaNet)]
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

    // An input as wide as the state: the highway of an SRU then reads it as it is.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradients_of_an_input_as_wide_as_the_state_are_slopes(bool reverse)
    {
        LayerRun run = Random(Cell.Sru, reverse, [5, 3, 3, 1], hiddenSize: 5);
        run.Execute();
        (float[] dInput, float[] dInputWeight) = ([.. run.DInput], [.. run.DInputWeight]);
        CheckSlope(run.Input, dInput, run, "dx");
        CheckSlope(run.InputWeight, dInputWeight, run, "dW_ih");
    }

    private static LayerRun Random(Cell kind, bool reverse, int[] lengths, int hiddenSize = 7, float weightScale = 0.4f)
    {
        var random = new TorchGenerator(3);
        const int inputSize = 5;
        IRecurrentCell cell = RecurrentCells.Of(kind).Between(inputSize, hiddenSize);
        int memorySize = cell.MemorySize(hiddenSize);
        int rows = cell.Gates * hiddenSize;
        return new LayerRun(AvailableKernels.Get(KernelRegistry.Current.Name), cell, inputSize, hiddenSize, reverse, lengths)
        {
            InputWeight = random.Normal(rows * inputSize, weightScale),
            RecurrentWeight = random.Normal(rows * hiddenSize, weightScale),
            Bias = Biases(random, kind, cell.BiasColumns * hiddenSize),
            MemoryWeight = random.Normal(LayerRun.MemoryWeights(cell, hiddenSize), 0.4f),
            Input = random.Normal(lengths.Sum() * inputSize),
            InitialHidden = random.Normal(lengths.Length * hiddenSize),
            InitialMemory = Memories(random, lengths.Length, memorySize, hiddenSize),
            DHidden = random.Normal(lengths.Sum() * hiddenSize),
        };
    }

    // The candidate of a minLSTM has a bend at zero, which differences must not step over.
    private static float[] Biases(TorchGenerator random, Cell kind, int length)
    {
        float[] biases = random.Normal(length, 0.4f);
        for (int i = 2 * length / 3; i < length && kind == Cell.MinLstm; i++)
            biases[i] = i % 2 == 0 ? 4 : -4;
        return biases;
    }

    // An sLSTM divides by its second part, which is never below 1 once a word was read.
    private static float[] Memories(TorchGenerator random, int rows, int size, int hiddenSize)
    {
        float[] memories = random.Normal(rows * size);
        if (size == 3 * hiddenSize)
        {
            for (int i = 0; i < memories.Length; i++)
                memories[i] = i % size / hiddenSize == 1 ? 1 + Math.Abs(memories[i]) : memories[i];
        }
        return memories;
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
