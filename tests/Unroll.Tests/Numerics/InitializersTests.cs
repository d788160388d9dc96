using System.Text.Json;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Tests.Golden;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Numerics;

public class InitializersTests
{
    private static readonly JsonElement Expected = GoldenFile.Read("random.json");

    [Fact]
    public void Xavier_and_Kaiming_are_PyTorchs()
    {
        Check("seed1_xavier_uniform_4x6_gain2", 24, (v, g) => Initializers.XavierUniform(v, g, 4, 6, 2));
        Check("seed1_xavier_normal_4x6", 24, (v, g) => Initializers.XavierNormal(v, g, 4, 6));
        Check("seed1_kaiming_uniform_4x6", 24, (v, g) => Initializers.KaimingUniform(v, g, 4, 6));
        Check("seed1_kaiming_normal_4x6_slope0.2", 24, (v, g) => Initializers.KaimingNormal(v, g, 4, 6, 0.2));
        Check("eye_3x5", 15, (v, _) => Initializers.Identity(v, 3, 5));
    }

    // LAPACK decomposes in single precision, we in double: the last bits differ.
    [Theory]
    [InlineData("seed1_orthogonal_6x6", 6, 6, 1.0)]
    [InlineData("seed1_orthogonal_3x7_gain1.5", 3, 7, 1.5)]
    [InlineData("seed1_orthogonal_12x4", 12, 4, 1.0)]
    public void Orthogonal_is_PyTorchs(string name, int rows, int columns, double gain)
    {
        float[] values = new float[rows * columns];
        Initializers.Orthogonal(values, new TorchGenerator(1), rows, columns, gain);
        Close.To(Expected.Singles(name), values, absolute: 3e-6);
    }

    [Fact]
    public void Orthogonal_rows_are_orthonormal()
    {
        const int size = 40;
        float[] values = new float[size * size];
        Initializers.Orthogonal(values, new TorchGenerator(3), size, size);
        for (int a = 0; a < size; a++)
        {
            for (int b = 0; b < size; b++)
            {
                double dot = Enumerable.Range(0, size).Sum(i => (double)values[a * size + i] * values[b * size + i]);
                Assert.Equal(a == b ? 1 : 0, dot, 1e-6);
            }
        }
    }

    [Fact]
    public void A_wrong_shape_is_refused() =>
        Assert.Throws<ArgumentException>(() => Initializers.Identity(new float[5], 2, 3));

    [Fact]
    public void A_new_model_has_the_parameters_of_torch_nn_modules_made_in_the_same_order()
    {
        var config = new ModelConfig { Embedding = 5, Hidden = 4, Labels = ["a", "b", "c"] };
        var vocabulary = new Vocabulary(["<pad>", "<unk>", "u", "v", "w", "x", "y"], UnknownWords.Token);
        Parameters parameters = SentenceClassifier.Create(
            config, vocabulary, new TrainingOptions { EmbeddingDeviation = 1 }).Parameters;
        JsonElement expected = Expected.GetProperty("seed42_classifier_7_5_4_3");
        Assert.Equal(expected.Singles("embedding.weight"), parameters["embedding.weight"]);
        Assert.Equal(expected.Singles("rnn.weight_ih_l0"), parameters["rnn.weight_ih_l0"]);
        Assert.Equal(expected.Singles("rnn.weight_hh_l0"), parameters["rnn.weight_hh_l0"]);
        Assert.Equal(expected.Singles("rnn.bias_l0"), parameters["rnn.bias_ih_l0"]);
        Assert.Equal(expected.Singles("output.weight"), parameters["output.weight"]);
        Assert.Equal(expected.Singles("output.bias"), parameters["output.bias"]);
    }

    private static void Check(string name, int count, Action<float[], TorchGenerator> initialize)
    {
        float[] values = new float[count];
        initialize(values, new TorchGenerator(1));
        Assert.Equal(Expected.Singles(name), values);
    }
}
