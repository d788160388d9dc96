namespace Unroll.Data;

/// <summary>How a file of rows is read; what is null is found out from the file's name or its first line.</summary>
public sealed record DataFormat
{
    /// <summary>The column or key of the label where none is named.</summary>
    public const string DefaultLabel = "label";

    /// <summary>The column or key of the text where none is named.</summary>
    public const string DefaultText = "text";

    /// <summary>What the file looks like; null to find out.</summary>
    public DataKind? Kind { get; init; }

    /// <summary>
    /// The column of the text, by its name without regard to case or by its number from 1, or its JSON key;
    /// null for <see cref="DefaultText"/>.
    /// </summary>
    public string? TextColumn { get; init; }

    /// <summary>
    /// The column of the label, by its name without regard to case or by its number from 1, or its JSON key;
    /// null for <see cref="DefaultLabel"/>.
    /// </summary>
    public string? LabelColumn { get; init; }

    /// <summary>
    /// What parts the columns of CSV; null to take comma, semicolon, tab or pipe, whichever fits the first rows.
    /// </summary>
    public char? Delimiter { get; init; }

    /// <summary>
    /// Whether the first row of TSV or CSV names the columns. Without a header the label is in column 1 and the text in column 2,
    /// unless <see cref="LabelColumn"/> and <see cref="TextColumn"/> are other numbers.
    /// </summary>
    public bool Header { get; init; } = true;

    /// <summary>Refuses what does not fit the kind of the data.</summary>
    /// <exception cref="InputException">A property is set that the kind has no use for.</exception>
    internal void RequireUsable(DataKind kind)
    {
        string name = kind.ToString().ToLowerInvariant();
        if (Delimiter is '"' or '\r' or '\n' || (Delimiter is { } c && char.IsSurrogate(c)))
        {
            throw new InputException(
                "DataFormat.Delimiter is a quote, a line end or half a character, expected another character");
        }
        if (Delimiter is not null && kind != DataKind.Csv)
        {
            throw new InputException(
                $"DataFormat.Delimiter is for csv, the data is {name}; leave it out or give DataFormat.Kind = Csv");
        }
        if (!Header && kind is DataKind.Jsonl or DataKind.FastText or DataKind.Lines)
            throw new InputException($"DataFormat.Header = false is for tsv and csv, the data is {name}; leave it out");
        if (kind is DataKind.FastText or DataKind.Lines && (LabelColumn ?? TextColumn) is not null)
        {
            throw new InputException(
                $"DataFormat.LabelColumn and DataFormat.TextColumn are for tsv, csv and jsonl, the data is {name}; " +
                "leave them out");
        }
    }
}
