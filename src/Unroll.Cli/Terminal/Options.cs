using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Unroll.Text;

namespace Unroll.Cli;

/// <summary>Options that several verbs share, and options whose bad values are answered in our words.</summary>
internal static class Options
{
    /// <summary>The model that a verb reads.</summary>
    public static Argument<string> Model() => new("MODEL") { Description = "A model: its folder, or one .zip file" };

    /// <summary><c>--max-tokens</c>: the most tokens of a text that a model answers.</summary>
    public static Option<int> MaximumTokens() => Integer(
        "--max-tokens", "Refuse texts of more tokens; memory and time grow with them", TokenLimit.Default, 1);

    /// <summary><c>--half</c>: recurrent weights of 16 bits.</summary>
    public static Option<bool> HalfPrecision() => new("--half")
    {
        Description = "Read recurrent weights rounded to 16 bits: a text alone takes less time, answers move by less than 0.001",
    };

    /// <summary>A word that begins with @ is a word, not the name of a file with more options.</summary>
    public static readonly ParserConfiguration Parser = new() { ResponseFileTokenReplacer = null };

    public static Option<int> Integer(string name, string description, int value, int minimum) =>
        Parsed<int>(
            name, description, value, $"a whole number of at least {minimum}",
            text => ParseInteger(text, minimum));

    public static Option<float> PositiveNumber(string name, string description, float value) =>
        Parsed<float>(
            name, description, value, "a positive number",
            text => float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float number)
                && number > 0 && float.IsFinite(number)
                ? number
                : null);

    public static Option<ulong> Seed() =>
        Parsed<ulong>(
            "--seed", "Seed of every random number", 42, "a whole number of at least 0",
            text => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : null);

    public static Option<T> Choice<T>(string name, string description, T value)
        where T : struct, Enum
    {
        string[] names = [.. Enum.GetNames<T>().Select(choice => choice.ToLowerInvariant())];
        string list = string.Join(" or ", names);
        return Parsed(
            name, $"{description}: {list}", value, list,
            text => Array.IndexOf(names, text.ToLowerInvariant()) is var i and >= 0 ? Enum.GetValues<T>()[i] : (T?)null);
    }

    /// <summary>A choice that may also be none of them.</summary>
    /// <param name="name">The option.</param>
    /// <param name="description">What is chosen.</param>
    /// <param name="value">The default.</param>
    /// <param name="none">The name of none of them.</param>
    /// <returns>The name that was given, in lower case.</returns>
    public static Option<string> ChoiceOrNone<T>(string name, string description, T value, string none)
        where T : struct, Enum
    {
        string[] names = [.. Enum.GetValues<T>().Select(NameOf), none];
        string list = string.Join(" or ", names);
        var option = new Option<string>(name)
        {
            Description = $"{description}: {list}",
            HelpName = "NAME",
            DefaultValueFactory = _ => NameOf(value),
            CustomParser = result =>
            {
                string text = result.Tokens[^1].Value.ToLowerInvariant();
                if (!names.Contains(text))
                    result.AddError($"{name} is {result.Tokens[^1].Value}, expected {list}");
                return text;
            },
        };
        option.CompletionSources.Add(names);
        return option;
    }

    /// <summary>A choice that need not be made.</summary>
    /// <param name="name">The option.</param>
    /// <param name="description">What is chosen.</param>
    /// <param name="choices">What there is to choose from; all values if none are given.</param>
    public static Option<T?> OptionalChoice<T>(string name, string description, params T[] choices)
        where T : struct, Enum
    {
        if (choices.Length == 0)
            choices = Enum.GetValues<T>();
        string[] names = [.. choices.Select(NameOf)];
        string list = string.Join(" or ", names);
        return Optional(
            name, $"{description}: {list}", list,
            text => Array.IndexOf(names, text.ToLowerInvariant()) is var i and >= 0 ? choices[i] : (T?)null);
    }

    /// <summary>An option that has one value so far.</summary>
    public static Option<string> OnlyChoice(string name, string description, string value) => new(name)
    {
        Description = description,
        HelpName = "NAME",
        DefaultValueFactory = _ => value,
        CustomParser = result =>
        {
            string text = result.Tokens[^1].Value;
            if (!text.Equals(value, StringComparison.OrdinalIgnoreCase))
                result.AddError($"{name} is {text}, expected {value}, the only one there is yet");
            return value;
        },
    };

    public static Option<float> Number(string name, string description, float value) =>
        Parsed<float>(name, description, value, "0 or a positive number", ParseNumber);

    public static Option<float?> OptionalNumber(string name, string description) =>
        Optional<float>(name, description, "0 or a positive number", ParseNumber);

    public static Option<int?> OptionalInteger(string name, string description, int minimum) =>
        Optional<int>(name, description, $"a whole number of at least {minimum}", text => ParseInteger(text, minimum));

    public static Option<bool> Switch(string name, string description, bool value) => new(name)
    {
        Description = value ? $"{description} [default: yes; {name}=false for no]" : description,
        // The help asks for the default too, outside any command, and would print it behind our own words.
        DefaultValueFactory = result => value && result.Parent is not null,
    };

    public static Option<string?> Text(string name, string description, string helpName) =>
        new(name) { Description = description, HelpName = helpName };

    /// <summary>An option with several words; see <see cref="QuotedList"/>.</summary>
    public static Option<string[]> List(string name, string description, string helpName) =>
        new(name) { Description = $"{description}; may be given again", HelpName = helpName };

    /// <summary>The name by which a choice is given.</summary>
    public static string NameOf<T>(T value)
        where T : struct, Enum =>
        value.ToString().ToLowerInvariant();

    public static Option<string?> Output() => new("--out")
    {
        Description = "Folder to save the model in, or one file if the name ends in .zip",
        HelpName = "DIR",
    };

    public static Option<bool> Overwrite() => new("--overwrite") { Description = "Replace the model if it exists" };

    public static Option<bool> Json(string description) => new("--json") { Description = description };

    private static int? ParseInteger(string text, int minimum) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= minimum ? number : null;

    private static float? ParseNumber(string text) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float number)
            && number >= 0 && float.IsFinite(number)
            ? number
            : null;

    /// <summary>An option that need not be given, with a parser of its own.</summary>
    public static Option<T?> Optional<T>(
        string name, string description, string expected, Func<string, T?> parse, string? helpName = null)
        where T : struct =>
        new(name)
        {
            Description = description,
            HelpName = helpName ?? (typeof(T).IsEnum ? "NAME" : "N"),
            CustomParser = result =>
            {
                string text = result.Tokens[^1].Value;
                if (parse(text) is { } parsed)
                    return parsed;
                result.AddError($"{name} is {text}, expected {expected}");
                return null;
            },
        };

    private static Option<T> Parsed<T>(string name, string description, T value, string expected, Func<string, T?> parse)
        where T : struct =>
        new(name)
        {
            Description = description,
            HelpName = typeof(T).IsEnum ? "NAME" : "N",
            DefaultValueFactory = _ => value,
            CustomParser = (ArgumentResult result) =>
            {
                string text = result.Tokens[^1].Value;
                if (parse(text) is { } parsed)
                    return parsed;
                result.AddError($"{name} is {text}, expected {expected}");
                return default;
            },
        };
}
