namespace Unroll.Cli.Data;

/// <summary>How a file is read; what is null is found out from the file's name or its first line.</summary>
internal sealed record DataFormat
{
    /// <summary>The column or key of the label where none is named.</summary>
    public const string DefaultLabel = "label";

    /// <summary>The column or key of the text where none is named.</summary>
    public const string DefaultText = "text";

    public DataKind? Kind { get; init; }

    /// <summary>A column's name or its number from 1, or a key.</summary>
    public string? TextColumn { get; init; }

    /// <summary>A column's name or its number from 1, or a key.</summary>
    public string? LabelColumn { get; init; }

    /// <summary>What parts the columns of a CSV file.</summary>
    public char? Delimiter { get; init; }

    /// <summary>Whether the first row names the columns.</summary>
    public bool Header { get; init; } = true;
}
