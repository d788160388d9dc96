using System.Text.Json;
using Unroll.Tests.Golden;
using Unroll.Tests.Models;
using Xunit;

namespace Unroll.Tests.Oracles;

/// <summary>
/// The second proof of the whole classifier: its oracle agrees with PyTorch (make_engine_golden.py, make_mingru_golden.py,
/// make_cells_golden.py).
/// </summary>
public class GoldenOracleTests
{
    private static readonly Dictionary<string, JsonElement> Cases =
        GoldenCase.All("cases").ToDictionary(c => c.GetProperty("name").GetString()!);

    public static TheoryData<string> Names() => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Classifier_equals_torch(string name)
    {
        JsonElement golden = Cases[name];
        OracleConfig config = Config(golden.GetProperty("config"));
        Dictionary<string, double[]> parameters = Tensors(golden.GetProperty("parameters"));
        Assert.Equal(
            config.Parameters().ToDictionary(p => p.Name, p => p.Length),
            parameters.ToDictionary(p => p.Key, p => p.Value.Length));
        int[][] sentences = [.. golden.GetProperty("sentences").EnumerateArray().Select(s => s.Integers())];
        int[] labels = golden.Integers("labels");
        double[] weights = golden.GetProperty("class_weights").Doubles();
        double[]? classWeights = weights.Length == 0 ? null : weights;
        double smoothing = golden.GetProperty("label_smoothing").GetDouble();
        var oracle = new ClassifierOracle(config, parameters);

        AreClose(golden.GetProperty("logits").Doubles(), [.. sentences.SelectMany(oracle.Logits)], "logits");
        AreClose(
            golden.GetProperty("loss").Doubles(), [oracle.Loss(sentences, labels, classWeights, smoothing)], "loss");
        Dictionary<string, double[]> expected = Tensors(golden.GetProperty("gradients"));
        Dictionary<string, double[]> actual = oracle.Gradients(sentences, labels, classWeights, smoothing);
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach ((string parameter, double[] gradient) in expected)
            AreClose(gradient, actual[parameter], "d " + parameter);
    }

    private static void AreClose(double[] expected, double[] actual, string what) =>
        Close.To(expected, actual, absolute: 1e-5, relative: 1e-5, what);

    private static OracleConfig Config(JsonElement config) => new(
        config.GetProperty("cell").GetString()!, Integer(config, "vocabulary"), Integer(config, "embedding"),
        Integer(config, "hidden"), Integer(config, "layers"), config.GetProperty("bidirectional").GetBoolean(),
        config.GetProperty("pooling").GetString()!, Integer(config, "classes"));

    private static int Integer(JsonElement config, string key) => config.GetProperty(key).GetInt32();

    private static Dictionary<string, double[]> Tensors(JsonElement tensors) =>
        tensors.EnumerateObject().ToDictionary(t => t.Name, t => t.Value.Doubles());
}
