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

    /// <summary>What parts the columns of CSV; null for the most frequent of comma, semicolon and tab in the first line.</summary>
    public char? Delimiter { get; init; }

    /// <summary>
    /// Whether the first row of TSV or CSV names the columns. Without a header the label is in column 1 and the text in column 2, unless
    /// <see cref="LabelColumn"/> and <see cref="TextColumn"/> are other numbers.
    /// </summary>
    public bool Header { get; init; } = true;
}
