using Unroll.Engine.Cells;

namespace Unroll.Classroom.Equations;

/// <summary>Every kind of layer that <see cref="LayerCheck"/> checks. A new kind that is no cell gets a line here.</summary>
public static class CheckedLayers
{
    /// <summary>The width of the hidden states where none is asked for.</summary>
    public const int Hidden = 5;

    private const int InputSize = 4;
    private const int Heads = 2;

    /// <summary>All of them.</summary>
    /// <param name="hidden">H, the width of the hidden states.</param>
    /// <param name="seed">The seed of parameters and inputs.</param>
    public static IEnumerable<ICheckedLayer> All(int hidden, ulong seed) =>
        RecurrentCells.All.SelectMany(cell => Of(cell, hidden, seed)).Concat(Transformers(hidden, seed));

    // Two heads of at least three units each: layer norms over fewer units amplify rounding.
    private static IEnumerable<ICheckedLayer> Transformers(int hidden, ulong seed)
    {
        int width = Math.Max(Heads * 3, hidden + hidden % Heads);
        foreach (NormPlace norm in Enum.GetValues<NormPlace>())
        {
            foreach (Positions positions in Enum.GetValues<Positions>())
            {
                var options = new TransformerOptions
                {
                    Heads = Heads,
                    FeedForward = width + 1,
                    Positions = positions,
                    MaximumPositions = 6,
                    Norm = norm,
                };
                string name = (norm, positions) switch
                {
                    (NormPlace.Before, Positions.Sinusoidal) => "transformer",
                    _ => $"transformer ({positions}, norms {norm})".ToLowerInvariant(),
                };
                yield return new CheckedTransformer(name, options, width, seed);
            }
        }
    }

    // A cell with each of its functions, and once more where its tensors are others for an input as wide as the state.
    private static IEnumerable<ICheckedLayer> Of(Cell cell, int hidden, ulong seed)
    {
        IRecurrentCell known = RecurrentCells.Of(cell);
        string name = RecurrentCells.NameOf(cell);
        int inputSize = hidden == InputSize ? InputSize + 1 : InputSize;
        yield return new CheckedCell(name, cell, Nonlinearity.Tanh, inputSize, hidden, seed);
        if (known.ReadsNonlinearity)
            yield return new CheckedCell($"{name} (relu)", cell, Nonlinearity.Relu, inputSize, hidden, seed);
        if (known.Between(hidden, hidden).Gates != known.Between(inputSize, hidden).Gates)
            yield return new CheckedCell($"{name} (input = hidden)", cell, Nonlinearity.Tanh, hidden, hidden, seed);
    }
}
