using System.CommandLine;
using System.Text.Json;

namespace Unroll.Cli;

/// <summary>Options that can stand on the command line and, by the same names without the dashes, in a settings file.</summary>
internal sealed class Flags
{
    private readonly List<(Option Option, Action<Utf8JsonWriter, ParseResult, Func<string, string>> Write)> _all = [];
    private readonly List<string> _paths = [];
    private readonly Dictionary<Option, (Func<ParseResult, bool> IsRead, string Reader)> _conditions = [];

    /// <summary>Every option, in the order they were added.</summary>
    public IEnumerable<Option> All => _all.Select(flag => flag.Option);

    /// <summary>The names that a settings file may have.</summary>
    public IEnumerable<string> Names => _all.Select(flag => NameOf(flag.Option));

    /// <summary>The name in a settings file.</summary>
    public static string NameOf(Option option) => option.Name.TrimStart('-');

    public Option<int> Add(Option<int> option) => Add(option, (json, value) => json.WriteNumberValue(value));

    /// <summary>Adds an option that need not be given.</summary>
    /// <param name="option">The option.</param>
    /// <param name="otherwise">Its default, where it depends on others; null for none that is known yet.</param>
    public Option<int?> Add(Option<int?> option, Func<ParseResult, int?>? otherwise = null) =>
        AddOptional(option, (json, value) => json.WriteNumberValue(value!.Value), otherwise);

    public Option<float> Add(Option<float> option) => Add(option, (json, value) => json.WriteNumberValue(value));

    /// <inheritdoc cref="Add(Option{int?}, Func{ParseResult, int?})"/>
    public Option<float?> Add(Option<float?> option, Func<ParseResult, float?>? otherwise = null) =>
        AddOptional(option, (json, value) => json.WriteNumberValue(value!.Value), otherwise);

    public Option<ulong> Add(Option<ulong> option) => Add(option, (json, value) => json.WriteNumberValue(value));

    public Option<bool> Add(Option<bool> option) => Add(option, (json, value) => json.WriteBooleanValue(value));

    public Option<string?> Add(Option<string?> option) => AddOptional(option, (json, value) => json.WriteStringValue(value));

    /// <summary>The names, in a settings file, of options that name a file.</summary>
    public IReadOnlyCollection<string> PathNames => _paths;

    /// <summary>Adds an option with several words.</summary>
    public Option<string[]> Add(Option<string[]> option)
    {
        _all.Add((option, (json, parsed, _) =>
        {
            string[] values = parsed.GetValue(option) ?? [];
            if (values is [var only])
            {
                json.WriteString(NameOf(option), only);
            }
            else if (values.Length > 0)
            {
                json.WriteStartArray(NameOf(option));
                foreach (string value in values)
                    json.WriteStringValue(value);
                json.WriteEndArray();
            }
        }
        ));
        return option;
    }

    /// <summary>Adds an option that names a file.</summary>
    public Option<string?> AddPath(Option<string?> option)
    {
        _paths.Add(NameOf(option));
        _all.Add((option, (json, parsed, path) =>
        {
            if (parsed.GetValue(option) is { } value)
                json.WriteString(NameOf(option), path(value));
        }
        ));
        return option;
    }

    public Option<char?> Add(Option<char?> option) => AddOptional(option, (json, value) => json.WriteStringValue($"{value}"));

    public Option<T?> AddChoice<T>(Option<T?> option)
        where T : struct, Enum =>
        AddOptional(option, (json, value) => json.WriteStringValue(Options.NameOf(value!.Value)));

    public Option<T> AddChoice<T>(Option<T> option)
        where T : struct, Enum =>
        Add(option, (json, value) => json.WriteStringValue(Options.NameOf(value)));

    /// <summary>Says that an option is for some other choice alone: elsewhere it may not be given, and is not written.</summary>
    /// <param name="option">The option.</param>
    /// <param name="isRead">Whether the choice was made.</param>
    /// <param name="reader">The choice, such as <c>--cell transformer</c>.</param>
    public void SetCondition(Option option, Func<ParseResult, bool> isRead, string reader) =>
        _conditions[option] = (isRead, reader);

    /// <summary>Refuses options that were given and that nothing reads.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="InputException">There is one.</exception>
    public void RequireRead(ParseResult parsed)
    {
        foreach ((Option option, (Func<ParseResult, bool> isRead, string reader)) in _conditions)
        {
            if (parsed.GetResult(option) is { Implicit: false } && !isRead(parsed))
                throw new InputException($"{option.Name} is for {reader}; leave one of them out");
        }
    }

    /// <summary>Whether something reads an option.</summary>
    /// <param name="option">The option.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="reader">What it is for; null for an option that is always read.</param>
    public bool IsRead(Option option, ParseResult parsed, out string? reader)
    {
        bool isConditional = _conditions.TryGetValue(option, out (Func<ParseResult, bool> IsRead, string Reader) condition);
        reader = isConditional ? condition.Reader : null;
        return !isConditional || condition.IsRead(parsed);
    }

    /// <summary>Writes name and value of every option that has one and that something reads.</summary>
    /// <param name="json">Inside an object.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="path">How the name of a file is written.</param>
    /// <param name="isWanted">Which options; null for all.</param>
    public void Write(
        Utf8JsonWriter json, ParseResult parsed, Func<string, string> path, Func<Option, bool>? isWanted = null)
    {
        foreach ((Option option, Action<Utf8JsonWriter, ParseResult, Func<string, string>> write) in _all)
        {
            if ((isWanted is null || isWanted(option)) && IsRead(option, parsed, out _))
                write(json, parsed, path);
        }
    }

    private Option<T> AddOptional<T>(
        Option<T> option, Action<Utf8JsonWriter, T> writeValue, Func<ParseResult, T>? otherwise = null)
    {
        _all.Add((option, (json, parsed, _) =>
        {
            T? value = parsed.GetValue(option);
            if (value is null && otherwise is not null)
                value = otherwise(parsed);
            if (value is null)
                return;
            json.WritePropertyName(NameOf(option));
            writeValue(json, value);
        }
        ));
        return option;
    }

    private Option<T> Add<T>(Option<T> option, Action<Utf8JsonWriter, T> writeValue)
    {
        _all.Add((option, (json, parsed, _) =>
        {
            json.WritePropertyName(NameOf(option));
            writeValue(json, parsed.GetValue(option)!);
        }
        ));
        return option;
    }
}
