using System.CommandLine;

namespace Unroll.Cli.Verbs;

/// <summary>
/// <c>unroll completion</c>: a script that lets a shell complete verbs, options and choices. It asks the command itself,
/// <c>unroll "[suggest:POSITION]" "COMMAND LINE"</c>, as <c>dotnet-suggest</c> does.
/// </summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # unroll completion bash: put this line into ~/.bashrc: eval "$(unroll completion bash)"
        _unroll_complete() {
          local IFS=$'\n' word=${COMP_WORDS[COMP_CWORD]}
          COMPREPLY=($(compgen -W "$(unroll "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "$word"))
        }
        complete -o default -F _unroll_complete unroll

        """;

    private const string Zsh = """
        # unroll completion zsh: put this line into ~/.zshrc behind compinit: eval "$(unroll completion zsh)"
        _unroll() {
          local -a found
          found=(${(f)"$(unroll "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)"})
          compadd -- $found
          _files
        }
        compdef _unroll unroll

        """;

    public static Command Create(Terminal terminal)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash or zsh" };
        shell.CompletionSources.Add("bash", "zsh");
        var command = new Command("completion", "Print a script that completes verbs and options in bash or zsh") { shell };
        command.SetAction(parsed =>
        {
            string script = parsed.GetRequiredValue(shell) switch
            {
                "bash" => Bash,
                "zsh" => Zsh,
                var other => throw new InputException($"unroll completion: SHELL is {other}, expected bash or zsh"),
            };
            terminal.Output.Write(script.ReplaceLineEndings("\n"));
            return 0;
        });
        return command;
    }

    /// <summary>
    /// Answers <c>[suggest]</c> and <c>[suggest:POSITION]</c>; null where the first word is neither.
    /// </summary>
    /// <param name="args">The words of the command line.</param>
    /// <param name="root">The command.</param>
    /// <param name="output">Where suggestions go, one a line.</param>
    public static int? Suggest(IReadOnlyList<string> args, Command root, TextWriter output)
    {
        if (args is not [['[', .., ']'] directive, ..] || directive[1..^1].Split(':') is not ["suggest", .. var rest])
            return null;
        string line = args.Count > 1 ? args[^1] : "";
        // What calls it gives the line with the command's own name or without.
        int own = line.StartsWith("unroll", StringComparison.Ordinal) ? Math.Min(line.Length, "unroll ".Length) : 0;
        int position = rest is [var text] && int.TryParse(text, out int at) ? at : line.Length;
        ParseResult parsed = root.Parse(line[own..], Options.Parser);
        string[] labels =
            [.. parsed.GetCompletions(Math.Clamp(position - own, 0, line.Length - own)).Select(item => item.Label).Distinct()];
        // Choices are told by their names in the code, and typed in lower case.
        foreach (string label in labels.Where(label => label is not ("-?" or "/?" or "/h")))
            output.WriteLine(label.ToLowerInvariant());
        return ExitCode.Done;
    }
}
