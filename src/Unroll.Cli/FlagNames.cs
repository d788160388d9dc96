using System.Text.RegularExpressions;

namespace Unroll.Cli;

/// <summary>
/// Errors of the library name its properties and values, such as <c>DataFormat.LabelColumn = "y"</c>; those of the command name
/// its flags, <c>--label-column y</c>. This is the one place that knows which is which.
/// </summary>
internal static partial class FlagNames
{
    private static readonly Dictionary<string, string> Flags = new(StringComparer.Ordinal)
    {
        ["DataFormat.Kind"] = "--format",
        ["DataFormat.TextColumn"] = "--text-column",
        ["DataFormat.LabelColumn"] = "--label-column",
        ["DataFormat.Delimiter"] = "--delimiter",
        ["DataFormat.Header = false"] = "--no-header",
    };

    /// <summary>Where a verb has a flag of its own for a property.</summary>
    private static readonly Dictionary<(string Verb, string Property), string> FlagsOfVerbs = new()
    {
        [("predict", "DataFormat.TextColumn")] = "--column",
    };

    /// <summary>A message of the library with the flags of the verb that was run.</summary>
    public static string Translate(string message, string verb) => Setting().Replace(message, match =>
    {
        if (Flags.TryGetValue(match.Value, out string? whole))
            return whole;
        string property = match.Groups["property"].Value;
        if (!FlagsOfVerbs.TryGetValue((verb, property), out string? flag) && !Flags.TryGetValue(property, out flag))
            return match.Value;
        if (match.Groups["text"] is { Success: true } text)
            return text.Value.Contains(' ', StringComparison.Ordinal) ? $"{flag} \"{text.Value}\"" : $"{flag} {text.Value}";
        return match.Groups["value"] is { Success: true } value ? $"{flag} {value.Value.ToLowerInvariant()}" : flag;
    });

    // A property, and what it may be set to: a text in quotes, a name, or several names.
    [GeneratedRegex("""\b(?<property>DataFormat\.\w+)(?: = (?:"(?<text>[^"]*)"|(?<value>\w+(?: or [A-Z]\w*)*)))?""")]
    private static partial Regex Setting();
}
