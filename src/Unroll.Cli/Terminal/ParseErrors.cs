using System.CommandLine;
using System.CommandLine.Parsing;
using Unroll.Data;

namespace Unroll.Cli;

/// <summary>What is wrong with a command line, in one line.</summary>
internal static class ParseErrors
{
    /// <summary>The first mistake; null where there is none.</summary>
    public static string? Describe(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        bool isRoot = command == parsed.RootCommandResult.Command;
        string name = isRoot ? "unroll" : FullName(command);
        string seeHelp = $"see {name} --help";
        Option[] options = [.. command.Options.Where(option => !option.Hidden)];
        if (OptionWithoutValue(parsed, options) is { } empty)
            return $"{name}: {NoValue(empty)}; {seeHelp}";
        if (UnknownOption(parsed) is { } unknown)
            return $"{name}: unknown option {unknown}{Nearest(unknown, options)} {seeHelp}";
        if (parsed.Errors is not [ParseError error, ..])
            return null;
        string verbs = string.Join(", ", command.Subcommands.Select(verb => verb.Name));
        if (parsed.UnmatchedTokens is [string unexpected, ..])
        {
            if (isRoot)
            {
                string[] names = [.. command.Subcommands.Select(verb => verb.Name)];
                string? near = NearestName.Of(unexpected, names) ?? Longer(unexpected, names);
                return near is null
                    ? $"unknown verb {unexpected}, expected one of {verbs}; {seeHelp}"
                    : $"unknown verb {unexpected}; did you mean {near}? {seeHelp}";
            }
            string arguments = string.Join(' ', command.Arguments.Select(argument => argument.Name));
            string expected = arguments.Length > 0 ? $"only {arguments}"
                : verbs.Length > 0 ? $"{verbs} or an option"
                : "only options";
            string values = SwitchBefore(parsed, options, unexpected) is { } before
                ? $" ({before.Name} takes true or false)"
                : "";
            return $"{name}: unexpected argument {unexpected}, expected {expected}{values}; {seeHelp}";
        }
        if (isRoot && parsed.Tokens.Count == 0)
            return $"no verb given, expected one of {verbs}; {seeHelp}";
        return $"{name}: {Describe(error)}; {seeHelp}";
    }

    // A verb that is written out, or cut short.
    private static string? Longer(string typed, string[] names) => typed.Length < 3 ? null : names.FirstOrDefault(
        name => typed.StartsWith(name, StringComparison.Ordinal) || name.StartsWith(typed, StringComparison.Ordinal));

    private static string Describe(ParseError error)
    {
        if (error.SymbolResult is ArgumentResult { Tokens.Count: 0, Argument: { } argument, Parent: CommandResult })
        {
            string description = argument.Description!;
            return $"no {argument.Name} given, expected {char.ToLowerInvariant(description[0])}{description[1..]}";
        }
        if (error.SymbolResult is OptionResult { Tokens.Count: 0, Option: { } option, IdentifierToken: var written })
            return written is null ? $"no {option.Name} given, expected {option.Name} {option.HelpName}" : NoValue(option);
        if (error.SymbolResult is OptionResult { IdentifierTokenCount: > 1, Option: { } twice })
            return $"{twice.Name} is given twice, expected once";
        return error.Message.TrimEnd('.');
    }

    private static string NoValue(Option option) => $"{option.Name} has no value, expected {option.Name} {option.HelpName}";

    // An option takes the next word as its value, whatever it is; so --dev --test FILE is a --dev whose value was forgotten.
    private static Option? OptionWithoutValue(ParseResult parsed, Option[] options)
    {
        for (int i = 1; i < parsed.Tokens.Count; i++)
        {
            bool isValue = parsed.Tokens[i - 1].Type == TokenType.Option && parsed.Tokens[i].Type == TokenType.Argument;
            if (isValue && options.Any(option => option.Name == parsed.Tokens[i].Value))
                return options.FirstOrDefault(option => option.Name == parsed.Tokens[i - 1].Value);
        }
        return null;
    }

    // A switch takes true or false as its value, and leaves any other word to the arguments.
    private static Option? SwitchBefore(ParseResult parsed, Option[] options, string unexpected)
    {
        Token[] tokens = [.. parsed.Tokens];
        int at = Array.FindLastIndex(tokens, token => token.Type == TokenType.Argument && token.Value == unexpected);
        if (at <= 0 || tokens[at - 1].Type != TokenType.Option)
            return null;
        return options.FirstOrDefault(option => option is Option<bool> && option.Name == tokens[at - 1].Value);
    }

    // Arguments take what begins with dashes too; so a mistyped option before them is in their place. What comes after -- is no
    // option.
    private static string? UnknownOption(ParseResult parsed)
    {
        IEnumerable<string> taken = parsed.Tokens
            .TakeWhile(token => token.Type != TokenType.DoubleDash)
            .Where(token => token.Type == TokenType.Argument)
            .Select(token => token.Value);
        return taken.FirstOrDefault(IsOptionLike)
            ?? parsed.UnmatchedTokens.FirstOrDefault(token => token.StartsWith('-') && token.Length > 1);
    }

    private static bool IsOptionLike(string word) =>
        word.Length > 2 && word.StartsWith("--", StringComparison.Ordinal) && char.IsAsciiLetter(word[2])
        && !word.Any(char.IsWhiteSpace);

    private static string Nearest(string unknown, Option[] options)
    {
        string word = unknown.TrimStart('-').Split('=')[0];
        bool negates = word.StartsWith("no-", StringComparison.Ordinal);
        if (negates && options.FirstOrDefault(option => option is Option<bool> && option.Name == $"--{word[3..]}") is { } on)
            return $"; did you mean {on.Name}=false?";
        string? near = NearestName.Of(word, options.Select(option => option.Name.TrimStart('-')));
        return near is null ? ";" : $"; did you mean --{near}?";
    }

    // As it is typed: unroll lab new.
    private static string FullName(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{FullName(parent)} {command.Name}" : command.Name;
}
