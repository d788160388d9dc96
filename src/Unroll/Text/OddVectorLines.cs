namespace Unroll.Text;

/// <summary>Why a line of a file of word vectors is passed over.</summary>
internal enum OddVectorLine
{
    /// <summary>Its word is white space, or has some inside.</summary>
    Blank,

    /// <summary>Its word is no UTF-8.</summary>
    Encoding,

    /// <summary>It has more or fewer numbers than the others.</summary>
    Width,

    /// <summary>One of its numbers is none, or is not finite.</summary>
    Number,

    /// <summary>One of its numbers is too large to train with.</summary>
    Size,
}

/// <summary>Counts the lines of a file of word vectors that are passed over.</summary>
internal sealed class OddVectorLines
{
    /// <summary>Beyond it in size a number is an error of the file: one such vector would make every gradient useless.</summary>
    public const int LargestNumber = 1_000_000;

    private readonly SortedDictionary<OddVectorLine, long> _counts = [];
    private InputException? _firstError;
    private int _firstLine;

    /// <summary>How many lines there were and why, in one line; null for none.</summary>
    public string? Note
    {
        get
        {
            if (_counts.Count == 0)
                return null;
            long all = _counts.Values.Sum();
            if (all == 1)
                return $"line {_firstLine} was passed over, one {Describe(_counts.Keys.First())}";
            string reasons = string.Join(", ", _counts.Select(count => $"{count.Value} {Describe(count.Key)}"));
            return $"{all} lines were passed over, the first is line {_firstLine}: {reasons}";
        }
    }

    /// <summary>Counts a line.</summary>
    /// <param name="kind">Why it is odd.</param>
    /// <param name="line">Its number.</param>
    /// <param name="error">The error if most lines are so; null for a line that could stand in any file.</param>
    public void Add(OddVectorLine kind, int line, InputException? error = null)
    {
        if (_counts.Count == 0)
            _firstLine = line;
        _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
        _firstError ??= error;
    }

    /// <summary>Refuses a file of which more than half the lines are no vectors: it is another kind of file.</summary>
    /// <param name="lines">How many lines there were.</param>
    /// <param name="read">How many of them had their numbers read, as most lines are of words that nobody asks for.</param>
    /// <exception cref="InputException">It is so: the first such line's error.</exception>
    public void RequireFew(long lines, long read)
    {
        long faults = _counts.Where(count => count.Key != OddVectorLine.Blank).Sum(count => count.Value);
        long wrongNumbers = _counts.GetValueOrDefault(OddVectorLine.Number) + _counts.GetValueOrDefault(OddVectorLine.Size);
        if (_firstError is not null && (2 * faults > lines || 2 * wrongNumbers > read))
            throw _firstError;
    }

    private static string Describe(OddVectorLine kind) => kind switch
    {
        OddVectorLine.Blank => "whose word is white space or has some inside",
        OddVectorLine.Encoding => "whose word is not UTF-8",
        OddVectorLine.Width => "with another count of numbers",
        OddVectorLine.Number => "with a number that is none or not finite",
        OddVectorLine.Size => $"with a number above {LargestNumber} in size",
        _ => throw new InvalidOperationException($"no reason {kind}"),
    };
}
