using System.Globalization;
using System.Text.Json;
using Unroll.Text;

namespace Unroll.Cli;

/// <summary>What was read of a file of word vectors and what was done with it.</summary>
/// <param name="vectors">The vectors that the model begins with.</param>
internal sealed class VectorsDisplay(WordVectors vectors)
{
    /// <summary>One line, and one about odd lines of the file where there are any.</summary>
    /// <param name="file">The file.</param>
    public IEnumerable<string> Lines(string file)
    {
        yield return (vectors.Found == 0 ? "warning: " : "") + $"{file}: vectors of {vectors.Found} of {vectors.Words} words " +
            Invariant($"({vectors.Coverage:P1}){Scaled()}");
        if (vectors.Note is { } note)
            yield return $"note: {file}: {note}";
    }

    /// <summary>Writes the same as the fields of a JSON object.</summary>
    /// <param name="json">Inside an object.</param>
    public void WriteFields(Utf8JsonWriter json)
    {
        json.WriteStartObject("vectors");
        json.WriteNumber("width", vectors.Width);
        json.WriteNumber("words", vectors.Words);
        json.WriteNumber("found", vectors.Found);
        if (vectors.Standardization is { } done)
        {
            json.WriteNumber("deviation_before", done.DeviationBefore);
            json.WriteNumber("deviation", done.Deviation);
            json.WriteBoolean("by_dimension", done.ByDimension);
        }
        if (vectors.Note is { } note)
            json.WriteString("note", note);
        json.WriteEndObject();
    }

    private string Scaled() => vectors.Standardization switch
    {
        null => "",
        { ByDimension: true } done => Scaled(
            $"each dimension brought to mean 0 and deviation {(float)done.Deviation:G3}, from {done.DeviationBefore:G3}"),
        { } done => Scaled(
            $"all numbers multiplied by {done.Deviation / done.DeviationBefore:G3}, to the size {(float)done.Deviation:G3}"),
    };

    private static string Scaled(FormattableString what) =>
        $"; {Invariant(what)} (--vectors-scale none leaves them as they are)";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
