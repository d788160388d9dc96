using System.CommandLine;
using System.Globalization;
using Unroll.Classroom;
using Unroll.Classroom.Equations;
using Unroll.Storage;

namespace Unroll.Cli.Verbs;

/// <summary><c>unroll lab check</c>: compares the hand-written gradients of the lab's network with finite differences.</summary>
internal static class LabCheckCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<ulong> seed = Options.Seed();
        Option<int> hidden = Options.Integer("--hidden", "Width of the hidden state", LabExercise.Hidden, 1);
        Option<bool> json = Options.Json("Print the differences as one JSON object");
        var command = new Command(
            "check", "Check the gradients of the lab's network against finite differences in double precision")
        {
            seed, hidden, json,
        };
        command.SetAction(parsed =>
        {
            GradientCheck check = GradientCheck.Run(parsed.GetValue(hidden), parsed.GetValue(seed));
            terminal.Output.Write(parsed.GetValue(json) ? JsonLine.Of(check.WriteFields) + "\n" : ToText(check));
            return check.Passes ? 0 : 1;
        });
        return command;
    }

    private static string ToText(GradientCheck check)
    {
        string verdict = check.Passes ? "right: no" : "wrong: a";
        string limits = string.Create(
            CultureInfo.InvariantCulture,
            $"above {GradientCheck.LargestAbsolute} and {GradientCheck.LargestRelative} of the gradient");
        string[] lines =
        [
            "parameter  shape  gradient  absolute  relative    engine",
            .. check.Differences.Select(ToLine),
            $"{verdict} difference is {limits}",
            "",
        ];
        return string.Join('\n', lines);
    }

    private static string ToLine(GradientDifference d) => string.Create(
        CultureInfo.InvariantCulture,
        $"{d.Parameter,-9}  {d.Shape,-5}  {d.Gradient,8:E1}  {d.Absolute,8:E1}  {d.Relative,8:E1}  {d.Engine,8:E1}");
}
