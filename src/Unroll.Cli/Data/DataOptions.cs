using System.CommandLine;
using System.CommandLine.Parsing;
using Unroll.Cli.Train;

namespace Unroll.Cli.Data;

/// <summary>The options that say how a file of labelled texts is read.</summary>
internal sealed class DataOptions
{
    /// <summary>What a DATA argument may be, for its description.</summary>
    public const string Formats = "TSV, CSV, JSON lines or fastText, .gz or not; - is standard input";

    private readonly Option<DataKind?> _kind = new("--format")
    {
        Description = $"What the data is: {Kinds} [default: by the file's name or first line]",
        HelpName = "NAME",
        CustomParser = result => Parse<DataKind>(result, text => Enum.TryParse(text, ignoreCase: true, out DataKind kind) && char.IsLetter(text[0]) ? kind : null, Kinds),
    };

    private readonly Option<string?> _text = new("--text-column")
    {
        Description = "Column of the text, by name or number from 1, or its JSON key [default: text]",
        HelpName = "NAME",
    };

    private readonly Option<string?> _label = new("--label-column")
    {
        Description = "Column of the label, by name or number from 1, or its JSON key [default: label]",
        HelpName = "NAME",
    };

    private readonly Option<char?> _delimiter = new("--delimiter")
    {
        Description = "What parts the columns of CSV: one character, or tab [default: comma, semicolon or tab, by the first line]",
        HelpName = "CHAR",
        CustomParser = result => Parse(result, Delimiter, "one character other than a quote or a letter, or tab"),
    };

    private readonly Option<bool> _noHeader = new("--no-header")
    {
        Description = "The first row of TSV or CSV is data: the label in column 1, the text in column 2 unless numbers say otherwise",
    };

    private static string Kinds => string.Join(" or ", Enum.GetNames<DataKind>()).ToLowerInvariant();

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

    private static T? Parse<T>(ArgumentResult result, Func<string, T?> parse, string expected)
        where T : struct
    {
        string text = result.Tokens[^1].Value;
        if (text.Length > 0 && parse(text) is { } value)
            return value;
        result.AddError($"{((OptionResult)result.Parent!).Option.Name} is {text}, expected {expected}");
        return null;
    }
}
