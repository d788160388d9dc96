namespace Unroll.Data;

/// <summary>What a file of rows looks like.</summary>
public enum DataKind
{
    /// <summary>Columns parted by tabs; quotes are ordinary characters.</summary>
    Tsv,

    /// <summary>RFC 4180: columns parted by commas, semicolons or tabs; quoted fields may hold line ends.</summary>
    Csv,

    /// <summary>One JSON object a line.</summary>
    Jsonl,

    /// <summary><c>__label__x</c>, white space, the text.</summary>
    FastText,

    /// <summary>One text a line, as it stands, without a label.</summary>
    Lines,
}
