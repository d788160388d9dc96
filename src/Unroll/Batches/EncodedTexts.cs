namespace Unroll.Batches;

/// <summary>Texts as ids, one after the other in one array, with the label of each.</summary>
public sealed class EncodedTexts
{
    private readonly List<int> _ids = [];
    private readonly List<int> _starts = [0];
    private readonly List<int> _labels = [];

    /// <summary>The number of texts.</summary>
    public int Count => _labels.Count;

    /// <summary>The number of tokens of all texts.</summary>
    public int TokenCount => _ids.Count;

    /// <summary>Adds a text.</summary>
    /// <param name="ids">Its tokens' ids, at least one.</param>
    /// <param name="label">Its class.</param>
    public void Add(ReadOnlySpan<int> ids, int label)
    {
        ArgumentOutOfRangeException.ThrowIfZero(ids.Length);
        _ids.AddRange(ids);
        _starts.Add(_ids.Count);
        _labels.Add(label);
    }

    /// <summary>Removes every text and keeps the memory.</summary>
    public void Clear()
    {
        _ids.Clear();
        _starts.RemoveRange(1, _starts.Count - 1);
        _labels.Clear();
    }

    /// <summary>The number of tokens of one text.</summary>
    /// <param name="row">Which text.</param>
    public int LengthOf(int row) => _starts[row + 1] - _starts[row];

    /// <summary>The class of one text.</summary>
    /// <param name="row">Which text.</param>
    public int LabelOf(int row) => _labels[row];

    /// <summary>One id of one text.</summary>
    /// <param name="row">Which text.</param>
    /// <param name="position">Which token, from 0.</param>
    public int IdAt(int row, int position) => _ids[_starts[row] + position];
}
