using Unroll.Engine.Dynamics;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Xunit;

namespace Unroll.Experiments.Tests;

/// <summary>The gradients of the tasks' losses are those of finite differences in double precision.</summary>
public class SequenceNetworkTests
{
    private const int Hidden = 4;
    private const int Rows = 2;
    private const double Epsilon = 1e-6;

    private static readonly string[] Others =
        ["minlstm", "sru", "peephole", "coupled", "janet", "slstm", "deltanet", "deltanet1"];

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string cell in (string[])["rnn", "irnn", "gru", "lstm", "mingru", .. Others])
            {
                cases.Add(cell, "adding");
                cases.Add(cell, "copy");
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_are_those_of_finite_differences(string cellName, string taskName)
    {
        ISequenceTask task = taskName == "adding" ? new AddingTask() : new CopyTask();
        const int length = 4;
        var cell = CellChoice.Named(cellName);
        SequenceNetwork network = cell.Sequences(
            task.InputSize, Hidden, task.OutputSize, task.Steps(length), task.OutputSteps(length), Rows,
            new StepSettings { Seed = 5 });
        float[] targets = new float[task.OutputSteps(length) * Rows];
        task.Draw(length, Rows, new TorchGenerator(9), network.Input, targets);
        network.Forward();
        double loss = task.Loss(network.Outputs, targets);
        network.Backward();

        var oracle = new Oracle(cell, task, network.Parameters, network.Input.ToArray(), targets, length);
        Assert.Equal(oracle.Loss(), loss, 1e-5);
        foreach (Parameter parameter in network.Parameters.All.Where(parameter => !parameter.IsTable))
        {
            float[] gradient = network.Gradients[parameter.Name];
            double[] values = oracle.Values[parameter.Name];
            for (int i = 0; i < values.Length; i++)
            {
                double kept = values[i];
                values[i] = kept + Epsilon;
                double above = oracle.Loss();
                values[i] = kept - Epsilon;
                double numeric = (above - oracle.Loss()) / (2 * Epsilon);
                values[i] = kept;
                Assert.True(
                    Math.Abs(numeric - gradient[i]) <= 1e-5 + 1e-3 * Math.Abs(numeric),
                    $"{parameter.Name}[{i}] is {gradient[i]}, expected {numeric}");
            }
            Assert.Contains(gradient, value => value != 0);
        }
    }

    [Fact]
    public void A_step_lowers_the_loss_of_what_it_saw()
    {
        var task = new AddingTask();
        SequenceNetwork network = CellChoice.Named("lstm").Sequences(2, Hidden, 1, 6, 1, Rows, new StepSettings { Seed = 5 });
        float[] targets = new float[Rows];
        task.Draw(6, Rows, new TorchGenerator(9), network.Input, targets);
        double[] losses = new double[30];
        for (int step = 0; step < losses.Length; step++)
        {
            network.Forward();
            losses[step] = task.Loss(network.Outputs, targets);
            network.Backward();
            Assert.True(network.Update(0.01f) > 0);
        }
        Assert.True(losses[^1] < losses[0] / 2, $"{losses[0]} → {losses[^1]}");
    }

    // The network in double precision: RecurrentDynamics, and the losses by their definitions.
    private sealed class Oracle(
        CellChoice cell, ISequenceTask task, Parameters parameters, float[] input, float[] targets, int length)
    {
        public Dictionary<string, double[]> Values { get; } =
            parameters.All.ToDictionary(
                parameter => parameter.Name, parameter => parameters.Read(parameter).Select(value => (double)value).ToArray());

        public double Loss()
        {
            double[] bias = [.. Values["rnn.bias_ih_l0"], .. Values.GetValueOrDefault("rnn.bias_hn_l0", [])];
            var dynamics = new RecurrentDynamics(
                cell.Cell, cell.Nonlinearity, task.InputSize, Hidden, Values["rnn.weight_ih_l0"],
                Values.GetValueOrDefault("rnn.weight_hh_l0", []), bias,
                Values.GetValueOrDefault("rnn.weight_ph_l0") ?? Values.GetValueOrDefault("rnn.weight_c_l0", []));
            int steps = task.Steps(length);
            int first = steps - task.OutputSteps(length);
            double sum = 0;
            for (int row = 0; row < Rows; row++)
            {
                double[] state = new double[dynamics.StateSize];
                for (int t = 0; t < steps; t++)
                {
                    int at = (t * Rows + row) * task.InputSize;
                    state = dynamics.Step(state, [.. input[at..(at + task.InputSize)].Select(value => (double)value)]).Next;
                    if (t >= first)
                        sum += LossOf(Output(state), targets[(t - first) * Rows + row]);
                }
            }
            return sum / targets.Length;
        }

        private double[] Output(double[] state) =>
        [
            .. Enumerable.Range(0, task.OutputSize)
                .Select(c => Values["output.bias"][c] + Enumerable.Range(0, Hidden).Sum(
                    i => Values["output.weight"][c * Hidden + i] * state[i])),
        ];

        private double LossOf(double[] output, double target) => task is AddingTask
            ? (output[0] - target) * (output[0] - target)
            : Math.Log(output.Sum(Math.Exp)) - output[(int)target];
    }
}
