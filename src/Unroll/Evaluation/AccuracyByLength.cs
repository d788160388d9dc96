using System.Text.Json;

namespace Unroll.Evaluation;

/// <summary>How a model does on texts of some lengths.</summary>
/// <param name="From">The least number of tokens.</param>
/// <param name="To">The greatest number of tokens.</param>
/// <param name="Rows">How many rows have such a length.</param>
/// <param name="Accuracy">The share of them that was predicted rightly, 0 to 1.</param>
public sealed record LengthRange(int From, int To, int Rows, double Accuracy)
{
    /// <summary>Writes it as one object.</summary>
    /// <param name="json">Where to, in a place where a value may stand.</param>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("from", From);
        json.WriteNumber("to", To);
        json.WriteNumber("rows", Rows);
        json.WriteNumber("accuracy", Accuracy);
        json.WriteEndObject();
    }
}

/// <summary>Length of the text against accuracy.</summary>
public sealed class AccuracyByLength
{
    private readonly SortedDictionary<int, (int Rows, int Right)> _lengths = [];

    /// <summary>Counts one row.</summary>
    /// <param name="length">Its number of tokens.</param>
    /// <param name="isRight">Whether it was predicted rightly.</param>
    public void Add(int length, bool isRight)
    {
        (int rows, int right) = _lengths.GetValueOrDefault(length);
        _lengths[length] = (rows + 1, right + (isRight ? 1 : 0));
    }

    /// <summary>Neighbouring lengths together, so that each range has about as many rows: no range is small by chance.</summary>
    /// <param name="most">The most ranges.</param>
    public IReadOnlyList<LengthRange> Ranges(int most = 8)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        var ranges = new List<LengthRange>();
        int left = _lengths.Values.Sum(count => count.Rows);
        int from = 0, rows = 0, right = 0;
        foreach ((int length, (int Rows, int Right) count) in _lengths)
        {
            from = rows == 0 ? length : from;
            rows += count.Rows;
            right += count.Right;
            // As many as are left for each range that may still come.
            if ((long)rows * (most - ranges.Count) < left)
                continue;
            ranges.Add(new LengthRange(from, length, rows, (double)right / rows));
            left -= rows;
            (rows, right) = (0, 0);
        }
        return ranges;
    }
}
