using System.CommandLine;

namespace Unroll.Cli;

/// <summary>Options that were given together and say different things.</summary>
internal static class OptionClash
{
    /// <summary>Refuses options beside something that leaves no room for them.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="why">What leaves no room.</param>
    /// <param name="options">The options.</param>
    /// <param name="work">What can be begun anew instead, such as a training.</param>
    /// <exception cref="InputException">One of them was given.</exception>
    public static void Refuse(ParseResult parsed, string why, IEnumerable<Option> options, string work)
    {
        if (options.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } other)
            throw new InputException($"{why}, and {other.Name} was given too; leave it out, or begin another {work}");
    }

    /// <summary>Refuses what a folder that work goes on in says itself: its settings, and its rows.</summary>
    /// <param name="parsed">The command line, with <c>--resume</c>.</param>
    /// <param name="data">The rows.</param>
    /// <param name="allowed">Options that may be given all the same.</param>
    /// <param name="work">What goes on, such as a training.</param>
    /// <exception cref="InputException">Something of it was given.</exception>
    public static void RefuseBesideResume(
        ParseResult parsed, Argument<string?> data, IEnumerable<Option> allowed, string work)
    {
        IEnumerable<Option> others = parsed.CommandResult.Command.Options.Except(allowed);
        Refuse(parsed, "--resume goes on with the settings in the folder", others, work);
        if (parsed.GetValue(data) is { } surplus)
        {
            throw new InputException(
                $"--resume goes on with the rows it began with, and {surplus} was given too; leave it out, or begin another " +
                work);
        }
    }
}
