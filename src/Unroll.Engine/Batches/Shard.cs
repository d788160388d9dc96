namespace Unroll.Engine.Batches;

/// <summary>
/// A part of a batch that one thread takes through all time steps: sentences longest first, tokens packed step by step, so that
/// the rows of a step are the first rows of the step before.
/// </summary>
internal sealed class Shard
{
    private int[] _batchSizes = [];
    private int[] _offsets = [];
    private int[] _lengths = [];

    /// <summary>Rows (sentences), numbered from <see cref="FirstRow"/> in the batch.</summary>
    public int Rows { get; private set; }

    /// <summary>The place of the first row among all rows of the batch.</summary>
    public int FirstRow { get; private set; }

    /// <summary>T: tokens of the longest sentence.</summary>
    public int Steps { get; private set; }

    /// <summary>N: tokens of all sentences.</summary>
    public int Tokens { get; private set; }

    /// <summary>The place of the first token among all tokens of the batch.</summary>
    public int FirstToken { get; private set; }

    /// <summary>Rows that run at step <paramref name="t"/>; 0 before the first and after the last step.</summary>
    public int BatchSize(int t) => t < 0 || t >= Steps ? 0 : _batchSizes[t];

    /// <summary>The place of the step's first token among the shard's.</summary>
    public int Offset(int t) => _offsets[t];

    /// <summary>T of one row: the length of its sentence.</summary>
    public int LengthOf(int row) => _lengths[row];

    /// <summary>Lays the shard out.</summary>
    /// <param name="lengths">Length of each row, not increasing.</param>
    /// <param name="firstRow">The place of the first row in the batch.</param>
    /// <param name="firstToken">The place of the first token in the batch.</param>
    public void Lay(ReadOnlySpan<int> lengths, int firstRow, int firstToken)
    {
        (Rows, FirstRow, FirstToken, Steps, Tokens) = (lengths.Length, firstRow, firstToken, lengths[0], 0);
        if (_batchSizes.Length < Steps)
        {
            _batchSizes = new int[Steps * 2];
            _offsets = new int[Steps * 2];
        }
        if (_lengths.Length < Rows)
            _lengths = new int[Rows];
        lengths.CopyTo(_lengths);
        int running = lengths.Length;
        for (int t = 0; t < Steps; t++)
        {
            while (lengths[running - 1] <= t)
                running--;
            _batchSizes[t] = running;
            _offsets[t] = Tokens;
            Tokens += running;
        }
    }
}
