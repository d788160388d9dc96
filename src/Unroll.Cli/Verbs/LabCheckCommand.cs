using System.CommandLine;
using System.Globalization;
using Unroll.Classroom;
using Unroll.Classroom.Equations;

namespace Unroll.Cli.Verbs;

/// <summary>
/// <c>unroll lab check</c>: compares the hand-written gradients of the lab's network, or those of every kind of layer, with
/// finite differences.
/// </summary>
internal static class LabCheckCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<ulong> seed = Options.Seed();
        Option<int> hidden = Options.Integer("--hidden", "Width of the hidden state", LabExercise.Hidden, 1);
        var allCells = new Option<bool>("--all-cells")
        {
            Description = "Check every parameter of every kind of layer that train knows, and the engine against its reference",
        };
        Option<bool> json = Options.Json("Print the differences as one JSON object");
        var command = new Command(
            "check", "Check the gradients of the lab's network against finite differences in double precision")
        {
            seed, hidden, allCells, json,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(allCells))
            {
                // The lab's two units are too few to exercise everything that a cell computes.
                int width = parsed.GetResult(hidden) is { Implicit: false } ? parsed.GetValue(hidden) : CheckedLayers.Hidden;
                var all = LayerCheck.Run(CheckedLayers.All(width, parsed.GetValue(seed)));
                terminal.Output.Write(parsed.GetValue(json) ? JsonOutput.Of(all.WriteFields) + "\n" : ToText(all));
                return all.Passes ? 0 : 1;
            }
            GradientCheck check = GradientCheck.Run(parsed.GetValue(hidden), parsed.GetValue(seed));
            terminal.Output.Write(parsed.GetValue(json) ? JsonOutput.Of(check.WriteFields) + "\n" : ToText(check));
            return check.Passes ? 0 : 1;
        });
        return command;
    }

    private static string ToText(LayerCheck check)
    {
        int width = check.Layers.Max(layer => layer.Name.Length);
        int wrong = check.Layers.Count(layer => !layer.Passes);
        string limits = string.Create(
            CultureInfo.InvariantCulture,
            $"{LayerCheck.LargestRelative:E0} of the gradient, and none of the engine above {LayerCheck.LargestEngine:E0}");
        string[] lines =
        [
            $"{"layer".PadRight(width)}  numbers  relative    engine  worst parameter",
            .. check.Layers.Select(layer => ToLine(layer, width)),
            wrong == 0
                ? $"right: no difference is above {limits}"
                : $"wrong: {wrong} of {check.Layers.Count} layers differ by more than {limits}",
            "",
        ];
        return string.Join('\n', lines);
    }

    private static string ToLine(LayerDifferences layer, int width)
    {
        string worst = layer.Parameters.MaxBy(parameter => parameter.Relative)!.Name;
        string verdict = layer.Passes ? "" : "  WRONG";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{layer.Name.PadRight(width)}  {layer.Count,7}  {layer.Relative,8:E1}  {layer.Engine,8:E1}  {worst}{verdict}");
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
