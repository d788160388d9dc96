namespace Unroll.Server.Protocols;

/// <summary>
/// The tensors of the Open Inference Protocol, over REST and gRPC alike: their names, and what is asked of them.
/// </summary>
internal static class InferenceTensors
{
    /// <summary>The input tensor.</summary>
    public const string Input = "text";

    /// <summary>The tensor of labels.</summary>
    public const string Label = "label";

    /// <summary>The tensor of probabilities.</summary>
    public const string Probabilities = "probabilities";

    /// <summary>The type of texts.</summary>
    public const string Texts = "BYTES";

    /// <summary>The type of probabilities.</summary>
    public const string Numbers = "FP32";

    private const int MostSizesShown = 8;

    /// <summary>Refuses an input that holds no texts.</summary>
    /// <param name="datatype">Its type, or what stands in the place of one.</param>
    /// <exception cref="RequestException">It is another: 400.</exception>
    public static void RequireTexts(string datatype)
    {
        if (datatype != Texts)
            throw Wrong($"the input's datatype is {RequestException.Excerpt(datatype)}, expected {Texts}");
    }

    /// <summary>Refuses a shape that is not that of the texts.</summary>
    /// <param name="sizes">The shape; null for what is no size.</param>
    /// <param name="count">How many texts there are.</param>
    /// <exception cref="RequestException">It is not: 400.</exception>
    public static void RequireShape(IReadOnlyList<long?> sizes, int count)
    {
        double product = sizes.Aggregate(1.0, (all, size) => size >= 0 ? all * size.Value : double.NaN);
        if (sizes.Count > 0 && product == count)
            return;
        string shown = string.Join(
            ',', sizes.Take(MostSizesShown).Select(size => size is { } known ? FormattableString.Invariant($"{known}") : "?"));
        string more = sizes.Count > MostSizesShown ? ",…" : "";
        throw Wrong(FormattableString.Invariant($"the input's shape is [{shown}{more}], and its data has {count} texts"));
    }

    /// <summary>Which outputs are asked for; all if none is named.</summary>
    /// <param name="names">The names; null for an output without one.</param>
    /// <exception cref="RequestException">One that there is not is asked for: 400.</exception>
    public static (bool Label, bool Probabilities) Chosen(IEnumerable<string?> names)
    {
        (bool isLabel, bool isProbabilities) = (false, false);
        foreach (string? name in names)
        {
            isLabel |= name == Label;
            isProbabilities |= name == Probabilities;
            if (name is not (Label or Probabilities))
            {
                throw Wrong(
                    $"there is no output '{RequestException.Excerpt(name ?? "")}', expected {Label} or {Probabilities}");
            }
        }
        return isLabel || isProbabilities ? (isLabel, isProbabilities) : (true, true);
    }

    /// <summary>400: not as the protocol says.</summary>
    public static RequestException Wrong(string message) => new(StatusCodes.Status400BadRequest, message);
}
