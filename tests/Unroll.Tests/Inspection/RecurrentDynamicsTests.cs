using Unroll.Engine.Cells;
using Unroll.Engine.Dynamics;
using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;
using Unroll.Tests.Layers;
using Unroll.Tests.Oracles;
using Xunit;

namespace Unroll.Tests.Inspection;

public class RecurrentDynamicsTests
{
    private const int InputSize = 3;
    private const int HiddenSize = 5;
    private const int Steps = 6;

    public static TheoryData<Cell, Nonlinearity> Cells => new()
    {
        { Cell.Rnn, Nonlinearity.Tanh },
        { Cell.Rnn, Nonlinearity.Relu },
        { Cell.Gru, Nonlinearity.Tanh },
        { Cell.Lstm, Nonlinearity.Tanh },
        { Cell.MinGru, Nonlinearity.Tanh },
        { Cell.MinLstm, Nonlinearity.Tanh },
        { Cell.Sru, Nonlinearity.Tanh },
        { Cell.Peephole, Nonlinearity.Tanh },
        { Cell.Coupled, Nonlinearity.Tanh },
        { Cell.Janet, Nonlinearity.Tanh },
        { Cell.SLstm, Nonlinearity.Tanh },
        { Cell.DeltaNet, Nonlinearity.Tanh },
        { Cell.DeltaNet1, Nonlinearity.Tanh },
    };

    [Theory]
    [MemberData(nameof(Cells))]
    public void States_are_those_of_the_engine(Cell cell, Nonlinearity nonlinearity)
    {
        Values values = Draw(cell);
        IRecurrentCell layer = RecurrentCells.Of(cell, nonlinearity).Between(InputSize, HiddenSize);
        var run = new LayerRun(KernelRegistry.Current, layer, InputSize, HiddenSize, reverse: false, [Steps])
        {
            InputWeight = Narrow(values.InputWeight),
            RecurrentWeight = Narrow(values.RecurrentWeight),
            Bias = Narrow(values.Bias),
            Input = [.. values.Inputs.SelectMany(Narrow)],
            InitialHidden = new float[HiddenSize],
            InitialMemory = new float[layer.MemorySize(HiddenSize)],
            MemoryWeight = Narrow(values.MemoryWeight),
            DHidden = new float[Steps * HiddenSize],
        };
        run.Execute();
        RecurrentDynamics dynamics = Dynamics(cell, nonlinearity, values);
        double[] state = new double[dynamics.StateSize];
        for (int t = 0; t < Steps; t++)
        {
            state = dynamics.Step(state, values.Inputs[t]).Next;
            Close.To(state.AsSpan(0, HiddenSize), Close.Widen(
                run.Hidden.AsSpan(t * HiddenSize, HiddenSize)), absolute: 1e-6, what: $"h_{t}");
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void The_gradient_of_the_first_state_is_that_of_finite_differences(Cell cell, Nonlinearity nonlinearity)
    {
        Values values = Draw(cell);
        RecurrentDynamics dynamics = Dynamics(cell, nonlinearity, values);
        double[][] inputs = values.Inputs[..3];
        double[] first = Normals(new TorchGenerator(7), dynamics.StateSize);
        double[] dLast = Normals(new TorchGenerator(8), dynamics.StateSize);
        double Loss()
        {
            double[] state = first;
            foreach (double[] input in inputs)
                state = dynamics.Step(state, input).Next;
            return state.Zip(dLast, (s, d) => s * d).Sum();
        }
        double[] s = first;
        ReferenceStep[] steps = [.. inputs.Select(Next)];
        double[] gradient = dLast;
        foreach (ReferenceStep step in steps.Reverse())
        {
            double[] previous = new double[dynamics.StateSize];
            dynamics.Back(step, gradient, previous);
            gradient = previous;
        }
        FiniteDifferences.Check(first, gradient, Loss, $"{cell} ds_0");
        Assert.Contains(gradient, value => Math.Abs(value) > 1e-3);

        ReferenceStep Next(double[] input)
        {
            ReferenceStep step = dynamics.Step(s, input);
            s = step.Next;
            return step;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_product_of_Jacobians_takes_the_gradient_back_and_bounds_it(Cell cell, Nonlinearity nonlinearity)
    {
        Values values = Draw(cell);
        RecurrentDynamics dynamics = Dynamics(cell, nonlinearity, values);
        double[] dLast = Normals(new TorchGenerator(8), dynamics.StateSize);
        JacobianProducts products = JacobianProducts.Of(dynamics, values.Inputs, dLast);
        Assert.Equal(Steps + 1, products.Norms.Count);
        Assert.Equal(1, products.Norms[0], 1e-12);
        for (int d = 0; d <= Steps; d++)
        {
            Assert.True(products.GradientNorms[d] <= products.GradientNorms[0] * products.Norms[d] * (1 + 1e-9));
            Assert.True(products.HiddenGradientNorms[d] <= products.GradientNorms[d]);
        }
    }

    [Fact]
    public void Where_every_unit_is_open_the_products_are_powers_of_the_weights()
    {
        // ReLU with states above zero is linear: ∂h_T/∂h_t = 0.9^(T-t) I.
        double[] weight = [0.9, 0, 0, 0.9];
        var dynamics = new RecurrentDynamics(Cell.Rnn, Nonlinearity.Relu, 1, 2, [0, 0], weight, [1, 1]);
        JacobianProducts products = JacobianProducts.Of(
            dynamics, [.. Enumerable.Range(0, 20).Select(_ => (double[])[0])], [3, 4]);
        for (int d = 0; d <= 20; d++)
        {
            Assert.Equal(Math.Pow(0.9, d), products.Norms[d], 1e-12);
            Assert.Equal(5 * Math.Pow(0.9, d), products.GradientNorms[d], 1e-12);
        }
    }

    [Fact]
    public void Parameters_of_another_size_are_refused() =>
        Assert.Throws<ArgumentException>(
            () => new RecurrentDynamics(Cell.Gru, Nonlinearity.Tanh, 1, 1, new double[3], new double[3], new double[3]));

    private static RecurrentDynamics Dynamics(Cell cell, Nonlinearity nonlinearity, Values values) =>
        new(cell, nonlinearity, InputSize, HiddenSize, values.InputWeight, values.RecurrentWeight, values.Bias,
            values.MemoryWeight);

    private static Values Draw(Cell cell)
    {
        IRecurrentCell known = RecurrentCells.Of(cell).Between(InputSize, HiddenSize);
        var generator = new TorchGenerator(3);
        return new Values(
            Normals(generator, known.Gates * HiddenSize * InputSize), Normals(generator, RecurrentRows(known) * HiddenSize),
            Normals(generator, known.BiasColumns * HiddenSize), Normals(generator, LayerRun.MemoryWeights(known, HiddenSize)),
            [.. Enumerable.Range(0, Steps).Select(_ => Normals(generator, InputSize))]);
    }

    private static int RecurrentRows(IRecurrentCell cell) =>
        cell.Tensors.Where(tensor => tensor.Input == TensorInput.Hidden).Sum(tensor => tensor.Gates * HiddenSize);

    // Numbers that a float holds, so that both sides compute with the same.
    private static double[] Normals(TorchGenerator generator, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (double)(float)(0.5 * generator.NextNormal()))];

    private static float[] Narrow(double[] values) => [.. values.Select(value => (float)value)];

    private sealed record Values(
        double[] InputWeight, double[] RecurrentWeight, double[] Bias, double[] MemoryWeight, double[][] Inputs);
}
