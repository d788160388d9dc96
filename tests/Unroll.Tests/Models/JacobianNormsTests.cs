using Unroll.Engine.Batches;
using Unroll.Engine.Cells;
using Unroll.Engine.Dynamics;
using Unroll.Engine.Networks;
using Unroll.Engine.Threading;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Tests.Inspection;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>The engine's norms, held to Jacobians by central differences of a layer in double precision.</summary>
[Collection(AvailableKernels.Name)]
public class JacobianNormsTests
{
    private const int Vocabulary = 9;

    // The 90 % quantile is five words: of the longest text the last five are read.
    private static readonly int[] Lengths = [5, 9, 3];

    [Theory]
    [MemberData(nameof(AvailableKernels.All), MemberType = typeof(AvailableKernels))]
    public void Norms_are_those_of_central_differences(string kernels)
    {
        using IDisposable forced = AvailableKernels.Force(kernels);
        var config = new ModelConfig { Embedding = 4, Hidden = 7, Labels = ["a", "b"] };
        foreach (ModelConfig cell in (ModelConfig[])
            [
                config with { Cell = Cell.Rnn },
                config with { Cell = Cell.Rnn, Nonlinearity = Nonlinearity.Relu, Embedding = 0 },
                config with { Cell = Cell.Gru, Bidirectional = true },
                config with { Cell = Cell.Lstm, Layers = 2, Hidden = 17, Dropout = 0.5f },
                config with { Cell = Cell.MinGru, Bidirectional = true },
                config with { Cell = Cell.MinLstm },
                config with { Cell = Cell.Sru, Bidirectional = true },
                config with { Cell = Cell.Sru, Hidden = 4 },
                config with { Cell = Cell.Peephole, Layers = 2, Hidden = 2 },
                config with { Cell = Cell.Coupled, Bidirectional = true, Hidden = 2 },
                config with { Cell = Cell.Janet, Hidden = 2 },
                config with { Cell = Cell.SLstm, Hidden = 2 },
                config with { Cell = Cell.DeltaNet, Hidden = 3 },
            ])
        {
            SentenceClassifier classifier = Create(cell, weightScale: 2.5f);
            EncodedTexts texts = Texts(Lengths);
            RecurrentDynamics dynamics = RecurrentDynamics.Of(classifier.Network);
            double[][] each = [
                .. Enumerable.Range(0, texts.Count).Select(
                    row => Differences(
                        dynamics, Inputs(classifier, [.. texts.IdsOf(row)[^Math.Min(5, texts.LengthOf(row))..]])))];
            double[] expected = [
                .. Enumerable.Range(0, 5).Select(d => each.Where(norms => d < norms.Length).Average(norms => norms[d]))];
            double[] alone = Measure(classifier, texts, threads: 1);
            // Without a W_hh the Jacobian is diagonal and its largest entries lie close together, where power iteration goes on
            // slowly.
            bool isDiagonal = RecurrentCells.Of(cell.Cell).Tensors.All(tensor => tensor.Input != TensorInput.Hidden);
            double relative = isDiagonal ? 1e-2 : 1e-3;
            Close.To(expected, alone, 1e-6, relative, $"{cell.Cell} {kernels}");
            Assert.Equal(alone, Measure(classifier, texts, threads: 3));
        }
    }

    [Theory]
    [InlineData(1e-4f)]
    [InlineData(30)]
    public void Products_whose_squares_no_float_holds_are_measured(float factor)
    {
        // ReLU with states above zero squashes nothing: 16 steps go to 10⁻⁶⁴ and 10²⁴.
        SentenceClassifier classifier = Create(
            new ModelConfig
            {
                Cell = Cell.Rnn,
                Nonlinearity = Nonlinearity.Relu,
                Embedding = 4,
                Hidden = 6,
                Labels = ["a", "b"]
            });
        classifier.Parameters.WritableOf(classifier.Parameters.Find("rnn.bias_ih_l0")).Fill(5);
        foreach (ref float weight in classifier.Parameters.WritableOf(classifier.Parameters.Find("rnn.weight_hh_l0")))
            weight = factor * (0.1f + Math.Abs(weight)) / 2;
        classifier.Network.Pack();
        EncodedTexts texts = Texts([17]);
        double[] norms = Measure(classifier, texts, threads: 1);
        double[][] inputs = Inputs(classifier, [.. texts.IdsOf(0)]);
        JacobianProducts products = JacobianProducts.Of(RecurrentDynamics.Of(classifier.Network), inputs, new double[6]);
        double[] expected = [.. products.Norms.Take(17)];
        Assert.False(expected[^1] * expected[^1] is > 1e-38 and < 1e38);
        Close.To(new double[17].Select(_ => 1.0).ToArray(), [.. norms.Zip(expected, (norm, other) => norm / other)], 1e-3);
    }

    [Fact]
    public void The_work_is_a_small_share_of_an_epoch()
    {
        SentenceClassifier classifier = Create(
            new ModelConfig { Cell = Cell.Lstm, Embedding = 4, Hidden = 32, Labels = ["a", "b"] });
        Assert.Equal((1, 17), Size(200, 30));
        Assert.Equal((5, 30), Size(20_000, 30));
        Assert.Equal((8, 65), Size(20_000, 300));
        Assert.Equal((3, 1), Size(3, 1));

        (int Sentences, int Distances) Size(int texts, int length)
        {
            var jacobians = new JacobianNorms(
                classifier.Network, Texts([.. Enumerable.Repeat(length, texts)]), WorkerPool.CallerAlone);
            return (jacobians.Sentences, jacobians.Measure().Length);
        }
    }

    private static double[] Measure(SentenceClassifier classifier, EncodedTexts texts, int threads)
    {
        using var pool = new WorkerPool(threads);
        var jacobians = new JacobianNorms(classifier.Network, texts, pool);
        Assert.Equal(texts.Count, jacobians.Sentences);
        double[] norms = jacobians.Measure();
        Assert.Equal(norms, jacobians.Measure());
        return norms;
    }

    // ‖∂s_T/∂s_{T-d}‖₂ by d, one state after the other moved a little.
    private static double[] Differences(RecurrentDynamics dynamics, double[][] inputs)
    {
        const double epsilon = 1e-6;
        int size = dynamics.StateSize;
        double[][] states = [new double[size], .. new double[inputs.Length][]];
        for (int t = 0; t < inputs.Length; t++)
            states[t + 1] = dynamics.Step(states[t], inputs[t]).Next;
        return [.. Enumerable.Range(0, inputs.Length).Select(d => Norm(inputs.Length - d))];

        double Norm(int t)
        {
            double[] jacobian = new double[size * size];
            for (int j = 0; j < size; j++)
            {
                double[] above = Last(j, epsilon), below = Last(j, -epsilon);
                for (int i = 0; i < size; i++)
                    jacobian[i * size + j] = (above[i] - below[i]) / (2 * epsilon);
            }
            return Spectrum.LargestSingularValue(jacobian, size, size);

            double[] Last(int unit, double by)
            {
                double[] state = [.. states[t]];
                state[unit] += by;
                foreach (double[] input in inputs[t..])
                    state = dynamics.Step(state, input).Next;
                return state;
            }
        }
    }

    private static SentenceClassifier Create(ModelConfig config, float weightScale = 1)
    {
        SentenceClassifier classifier = SentenceClassifier.Create(config, InspectedModels.VocabularyOf(Vocabulary));
        foreach (Parameter recurrent in classifier.Parameters.All.Where(parameter => parameter.Name == "rnn.weight_hh_l0"))
        {
            foreach (ref float weight in classifier.Parameters.WritableOf(recurrent))
                weight *= weightScale;
        }
        classifier.Network.Pack();
        return classifier;
    }

    private static EncodedTexts Texts(int[] lengths)
    {
        var texts = new EncodedTexts();
        for (int row = 0; row < lengths.Length; row++)
            texts.Add([.. Enumerable.Range(0, lengths[row]).Select(t => 1 + (row + 3 * t) % (Vocabulary - 1))], 0);
        return texts;
    }

    private static double[][] Inputs(SentenceClassifier classifier, int[] ids)
    {
        int width = classifier.Config.Embedding;
        if (width == 0)
            return [.. ids.Select(id => Enumerable.Range(0, Vocabulary).Select(word => word == id ? 1.0 : 0).ToArray())];
        double[] table = Close.Widen(classifier.Parameters["embedding.weight"]);
        return [.. ids.Select(id => table[(id * width)..((id + 1) * width)])];
    }
}
