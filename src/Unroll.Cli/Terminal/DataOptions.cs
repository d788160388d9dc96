using System.CommandLine;
using Unroll.Data;

namespace Unroll.Cli;

/// <summary>The options that say how a file of labelled texts is read.</summary>
internal sealed class DataOptions
{
    /// <summary>What a DATA argument may be, for its description.</summary>
    public const string Formats = "TSV, CSV, JSON lines or fastText, .gz or not; - is standard input";

    private readonly Option<DataKind?> _kind;

    private readonly Option<string?> _text =
        Options.Text("--text-column", "Column of the text, by name or number from 1, or its JSON key [default: text]", "NAME");

    private readonly Option<string?> _label =
        Options.Text("--label-column", "Column of the label, by name or number from 1, or its JSON key [default: label]", "NAME");

    private readonly Option<char?> _delimiter = Options.Optional<char>(
        "--delimiter", "What parts the columns of CSV: one character, or tab [default: comma, semicolon, tab or pipe, by "
            + "the first rows]",
        "one character other than a quote or a letter, or tab", Delimiter, "CHAR");

    private readonly Option<bool> _noHeader = new("--no-header")
    {
        Description = "The first row of TSV or CSV is data: the label in column 1, the text in column 2 unless numbers say "
            + "otherwise",
    };

    /// <summary>Makes the options.</summary>
    /// <param name="takesLines">Whether texts without labels will do, one a line.</param>
    public DataOptions(bool takesLines = false)
    {
        DataKind[] kinds = [DataKind.Tsv, DataKind.Csv, DataKind.Jsonl, DataKind.FastText];
        _kind = Options.OptionalChoice(
            "--format", "What the data is [default: by the file's name or first line]",
            takesLines ? [.. kinds, DataKind.Lines] : kinds);
    }

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_kind, _text, _label, _delimiter, _noHeader])
            command.Add(option);
    }

    /// <summary>Adds the options to those that a settings file may have.</summary>
    public void AddTo(Flags flags)
    {
        flags.AddChoice(_kind);
        flags.Add(_text);
        flags.Add(_label);
        flags.Add(_delimiter);
        flags.Add(_noHeader);
    }

    /// <summary>The options that are given.</summary>
    public IEnumerable<Option> Given(ParseResult parsed) =>
        ((Option[])[_kind, _text, _label, _delimiter, _noHeader]).Where(
            option => parsed.GetResult(option) is { Implicit: false });

    /// <summary>What a command line says.</summary>
    public DataFormat Get(ParseResult parsed) => new()
    {
        Kind = parsed.GetValue(_kind),
        TextColumn = parsed.GetValue(_text),
        LabelColumn = parsed.GetValue(_label),
        Delimiter = parsed.GetValue(_delimiter),
        Header = !parsed.GetValue(_noHeader),
    };

    private static char? Delimiter(string text) => text switch
    {
        "tab" or "\\t" => '\t',
        [var c] when !char.IsLetterOrDigit(c) && c is not ('"' or '\r' or '\n') && !char.IsSurrogate(c) => c,
        _ => null,
    };
}
