using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Unroll.Storage;

namespace Unroll.Cli.Classroom;

/// <summary><c>unroll lab check</c>: the hand-written gradients of the lab's network beside finite differences.</summary>
internal static class LabCheckCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<ulong> seed = Options.Seed();
        Option<int> hidden = Options.Integer("--hidden", "Width of the hidden state", LabExercise.Hidden, 1);
        Option<bool> json = Options.Json("Print the differences as one JSON object");
        var command = new Command("check", "Check the gradients of the lab's network against finite differences in double precision")
        {
            seed, hidden, json,
        };
        command.SetAction(parsed =>
        {
            GradientCheck check = GradientCheck.Of(parsed.GetValue(hidden), parsed.GetValue(seed));
            terminal.Output.Write(parsed.GetValue(json) ? ToJson(check) + "\n" : ToText(check));
            return check.Passes ? 0 : 1;
        });
        return command;
    }

    private static string ToText(GradientCheck check)
    {
        string verdict = string.Create(
            CultureInfo.InvariantCulture,
            $"{(check.Passes ? "right: no" : "wrong: a")} difference is above {GradientCheck.LargestAbsolute} and {GradientCheck.LargestRelative} of the gradient");
        IEnumerable<string> rows = check.Differences.Select(d => string.Create(
            CultureInfo.InvariantCulture, $"{d.Parameter,-9}  {d.Shape,-5}  {d.Gradient,8:E1}  {d.Absolute,8:E1}  {d.Relative,8:E1}  {d.Engine,8:E1}"));
        return string.Join('\n', (string[])
        [
            "parameter  shape  gradient  absolute  relative    engine",
            .. rows,
            verdict,
            "",
        ]);
    }

    private static string ToJson(GradientCheck check) => JsonLine.Of(json =>
    {
        json.WriteBoolean("passes", check.Passes);
        json.WriteStartObject("parameters");
        foreach (GradientDifference difference in check.Differences)
        {
            json.WriteStartObject(difference.Parameter);
            Write(json, "gradient", difference.Gradient);
            Write(json, "absolute", difference.Absolute);
            Write(json, "relative", difference.Relative);
            Write(json, "engine", difference.Engine);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, string name, double value) => json.WriteNumber(name, value);
}
