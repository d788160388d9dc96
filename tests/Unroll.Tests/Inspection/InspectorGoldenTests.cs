using System.Text.Json;
using Unroll.Inspection;
using Unroll.Models;
using Unroll.Tests.Golden;
using Xunit;

namespace Unroll.Tests.Inspection;

/// <summary>
/// Everything that an inspection shows against PyTorch: cells × directions × layers × poolings, word vectors and one-hot.
/// </summary>
[Collection(AvailableKernels.Name)]
public class InspectorGoldenTests
{
    [Theory]
    [MemberData(nameof(AvailableKernels.All), MemberType = typeof(AvailableKernels))]
    public void States_gates_gradients_and_attributions_are_PyTorchs(string kernels)
    {
        using IDisposable forced = AvailableKernels.Force(kernels);
        JsonElement[] cases = [.. InspectedModels.File.GetProperty("cases").EnumerateArray()];
        Assert.True(cases.Length >= 23);
        foreach (JsonElement golden in cases)
        {
            string name = golden.GetProperty("name").GetString()!;
            SentenceClassifier classifier = InspectedModels.Create(name);
            int[] ids = golden.Integers("ids");
            TextInspection actual = Inspector.Inspect(classifier, InspectedModels.TextOf(ids));
            Assert.Equal(ids, actual.Ids);
            Assert.Equal(ids.Select(id => id == 1), actual.IsUnknown);
            CompareStates([.. golden.GetProperty("states").EnumerateArray()], actual.States, name);
            Compare(golden, "prefix", [.. actual.Prefixes.SelectMany(row => row)], name);
            Compare(golden, "hidden_gradient", actual.HiddenGradient, name);
            Compare(golden, "input_gradient", actual.InputGradient, name);
            Compare(golden, "gradient_x_input", actual.GradientTimesInput, name);
            Compare(golden, "leave_one_out", actual.LeaveOneOut, name);
            Compare(golden, "attention", [.. actual.AttentionWeights], name);
            Assert.Equal(actual.Prediction.Probabilities.Select(entry => entry.Value), actual.Prefixes[^1]);
        }
    }

    private static void CompareStates(JsonElement[] expected, IReadOnlyList<LayerTrace> actual, string name)
    {
        Assert.Equal(expected.Length, actual.Count);
        foreach ((JsonElement golden, LayerTrace layer) in expected.Zip(actual))
        {
            string what = $"{name} layer {layer.Layer} {layer.Direction}";
            Assert.Equal(
                (golden.GetProperty("layer").GetInt32(), golden.GetProperty("direction").GetString()),
                (layer.Layer, layer.Direction));
            Compare(golden, "hidden", Flat(layer.Hidden), what);
            if (golden.TryGetProperty("cell", out _))
                Compare(golden, "cell", Flat(layer.Cell), what);
            else
                Assert.Empty(layer.Cell);
            JsonProperty[] gates = [.. golden.GetProperty("gates").EnumerateObject()];
            Assert.Equal(gates.Select(gate => gate.Name), layer.Gates.Select(gate => gate.Name));
            foreach ((JsonProperty gate, GateTrace trace) in gates.Zip(layer.Gates))
                Close.To(gate.Value.Doubles(), Flat(trace.Values), 1e-5, 1e-4, $"{what} {gate.Name}");
        }
    }

    private static void Compare(JsonElement golden, string key, IReadOnlyList<double> actual, string name) =>
        Close.To(golden.GetProperty(key).Doubles(), [.. actual], 1e-5, 1e-4, $"{name} {key}");

    private static void Compare(JsonElement golden, string key, IReadOnlyList<float> actual, string name) =>
        Compare(golden, key, actual.Select(value => (double)value).ToArray(), name);

    private static double[] Flat(IReadOnlyList<float[]> rows) => [.. rows.SelectMany(row => row).Select(value => (double)value)];
}
