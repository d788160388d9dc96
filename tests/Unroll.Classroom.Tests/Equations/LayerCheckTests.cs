using Unroll.Classroom.Equations;
using Xunit;

namespace Unroll.Classroom.Tests.Equations;

public class LayerCheckTests
{
    [Theory]
    [InlineData(5, 42)]
    [InlineData(4, 3)]
    public void Every_layers_gradients_are_those_of_finite_differences_and_the_engines_are_theirs(int hidden, ulong seed)
    {
        var check = LayerCheck.Run(CheckedLayers.All(hidden, seed));
        Assert.All(check.Layers, layer => Assert.True(layer.Passes, $"{layer.Name}: {layer.Relative}, engine {layer.Engine}"));
        Assert.All(RecurrentCells.All, cell => Assert.Contains(check.Layers, layer => layer.Name == RecurrentCells.NameOf(cell)));
        Assert.All(check.Layers, layer => Assert.All(layer.Parameters, parameter => Assert.True(parameter.Gradient > 1e-3)));
    }

    // L = Σ θ³ with one mistake: in the gradient by hand, in the engine's, or in the engine's loss.
    [Theory]
    [InlineData(0, 0, 0, true)]
    [InlineData(1e-5, 0, 0, false)]
    [InlineData(0, 1e-3, 0, false)]
    [InlineData(0, 0, 1e-3, false)]
    [InlineData(double.NaN, 0, 0, false)]
    public void A_mistake_is_found(double byHand, double engine, double loss, bool passes) =>
        Assert.Equal(passes, LayerCheck.Run([new Cubes(byHand, engine, loss)]).Passes);

    private sealed class Cubes(double byHandMistake, double engineMistake, double lossMistake) : ICheckedLayer
    {
        private readonly double[] _values = [0.5, -1, 2];

        public string Name => "cubes";

        public IReadOnlyList<CheckedParameter> Parameters => [new("values", _values)];

        public double Loss() => _values.Sum(value => value * value * value);

        public IReadOnlyList<double[]> Gradients() => [[.. _values.Select(value => 3 * value * value + byHandMistake)]];

        public (double Loss, IReadOnlyList<float[]> Gradients) Engine() =>
            (Loss() + lossMistake * 10, [[.. _values.Select(value => (float)(3 * value * value * (1 + engineMistake)))]]);
    }
}
