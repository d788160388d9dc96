using System.Diagnostics;
using System.Text.Json;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests.Classroom;

/// <summary>A class of sheets, marked in one call.</summary>
public sealed class MarkedClass : IDisposable
{
    private const string Reset = "        double[,] dW = new double[H, H], dU = new double[H, I], db = new double[H, 1];\n        double[,] dWout = new double[C, H], dbOut = new double[C, 1];\n";

    private static readonly (string Old, string New) AnotherSize = ("I = 5, H = 2, C = 2;", "I = 5, H = 5, C = 2;");

    private static readonly Dictionary<string, string> Texts = new()
    {
        ["solution"] = Sheets.Solution,
        ["template"] = Sheets.Template,
        ["other size and start"] = Sheets.Edit(
            Sheets.Solution, AnotherSize, ("new TorchRandom(42)", "new TorchRandom(7)"),
            ("b = random.Normal(H, 1);", "b = new double[H, 1];\nfor (int i = 0; i < H; i++)\n    for (int j = 0; j < H; j++)\n        W[i, j] *= 0.4;"),
            ("learningRate = 0.1;", "learningRate = 0.05;")),
        ["single precision"] = Sheets.Solution.Replace("double", "float", StringComparison.Ordinal).Replace("Math.", "MathF.", StringComparison.Ordinal)
            .Replace("learningRate = 0.1;", "learningRate = 0.1f;", StringComparison.Ordinal)
            .Replace("Convert.ToDouble(value) is var number && float.IsFinite", "Convert.ToDouble(value) is var number && double.IsFinite", StringComparison.Ordinal),
        ["mean of both sentences"] = Sheets.Edit(Sheets.Solution, ("parameter[i, j] -= learningRate * gradient[i, j];", "parameter[i, j] -= learningRate / 2 * gradient[i, j];")),

        ["tanh' forgotten"] = Sheets.Edit(Sheets.Solution, ("ds[i] * (1 - s[t][i] * s[t][i])", "ds[i]")),
        ["last step only"] = Sheets.Edit(Sheets.Solution, ("t = sentence.Length; t >= 1; t--", "t = sentence.Length; t >= sentence.Length; t--")),
        ["not transposed"] = Sheets.Edit(Sheets.Solution, ("dsBefore[j] += W[i, j] * da", "dsBefore[j] += W[j, i] * da")),
        ["bias not updated"] = Sheets.Edit(Sheets.Solution, (" Step(b, db);", "")),
        ["sign"] = Sheets.Edit(Sheets.Solution, ("-= learningRate * gradient", "+= learningRate * gradient")),
        ["not reset"] = Sheets.Edit(Sheets.Solution, (Reset, ""), ("// ---- Training loop.\n", Reset)),
        ["output frozen"] = Sheets.Edit(Sheets.Solution, (" Step(Wout, dWout); Step(bOut, dbOut);", "")),
        ["softmax twice"] = Sheets.Edit(Sheets.Solution, ("p = Softmax(y);", "p = Softmax(Softmax(y));")),
        ["softmax as logits"] = Sheets.Edit(Sheets.Solution, ("return (s, y);", "return (s, Softmax(y));")),

        ["tanh forgotten"] = Sheets.Edit(Sheets.Solution, ("s[t][i] = Math.Tanh(a)", "s[t][i] = 1 / (1 + Math.Exp(-a))")),
        ["shapes"] = Sheets.Edit(Sheets.Solution, ("b = random.Normal(H, 1);", "b = new double[1, 1];"), ("Wout = random.Normal(C, H)", "Wout = new double[C, H]")),
        ["rate of one"] = Sheets.Edit(Sheets.Solution, ("dU[i, x] += da;", "dU[i, x] += da / 4;")),
        ["hard-coded"] = Sheets.Edit(Sheets.Solution, (" Step(W, dW); Step(U, dU); Step(b, db); Step(Wout, dWout); Step(bOut, dbOut);", ""), ("logits[1] > logits[0] ? 1 : 0", "sentence[^1] == \"good\" ? 1 : 0")),

        ["does not compile"] = Sheets.Edit(Sheets.Solution, ("double loss = -Math.Log(p[label]);", "double loss = -Math.Log(p[label])")),
        ["loops forever"] = Sheets.Edit(Sheets.Solution, ("Console.WriteLine(\"\\n==== Testing ====\");", "while (true) { }")),
        ["leaves a child"] = Sheets.Edit(Sheets.Solution, ("Console.WriteLine(\"\\n==== Testing ====\");", "System.Diagnostics.Process.Start(\"sleep\", \"31.4159\").WaitForExit();")),
        ["crashes"] = Sheets.Edit(Sheets.Solution, ("s[t][i] = Math.Tanh(a);", "s[t][i + 1] = Math.Tanh(a);")),
        ["garbage"] = "Console.WriteLine(\"\\u001b[31m{]\\0 garbage\");\n",
        ["garbage trace"] = "File.WriteAllText(Environment.GetEnvironmentVariable(\"UNROLL_TRACE\")!, \"{\\\"parameters\\\":\\\"initial\\\",\\\"W\\\":[[1,2],[3]]\\n\\u001b[31m\\0\\n[]\\n{}\\n\");\n",
        ["floods"] = "while (true) Console.WriteLine(new string('x', 1000));\n",
        ["recursion"] = "int Deep(int n) => Deep(n + 1) + 1;\nConsole.WriteLine(Deep(0));\n",
        ["memory"] = "var all = new List<byte[]>();\nwhile (true) all.Add(new byte[50_000_000]);\n",
        ["reads input"] = "Console.WriteLine(Console.ReadLine()!.Length);\n",
        ["empty"] = "",
    };

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, JsonElement> _rows = [];

    public MarkedClass()
    {
        // The properties of a folder around are no part of a sheet.
        File.WriteAllText(_folder["Directory.Build.props"], "<Project><PropertyGroup><TreatWarningsAsErrors>true</TreatWarningsAsErrors></PropertyGroup><Broken");
        foreach ((string name, string text) in Texts)
            File.WriteAllText(PathOf(name), text);
        CommandRun run = CommandRun.Of(["lab", "grade", .. Texts.Keys.Select(PathOf), "--json", "--timeout", "10"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(Texts.Count, run.OutputLines.Length);
        foreach ((string name, string line) in Texts.Keys.Zip(run.OutputLines))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            Assert.Equal(PathOf(name), json.RootElement.GetProperty("sheet").GetString());
            _rows[name] = json.RootElement.Clone();
        }
    }

    internal JsonElement this[string name] => _rows[name];

    internal IEnumerable<string> Names => _rows.Keys;

    internal static int LineOf(string name, string text) => Array.FindIndex(Texts[name].Split('\n'), line => line.Contains(text, StringComparison.Ordinal)) + 1;

    public void Dispose() => _folder.Dispose();

    private string PathOf(string name) => _folder[$"{name}.cs"];
}

public class LabGradeTests(MarkedClass marked) : IClassFixture<MarkedClass>
{
    [Theory]
    [InlineData("tanh' forgotten", 18.5, "update: W, U and b changed by 0.1 × a gradient without tanh': da_t = ds_t ⊙ (1 - s_t²)")]
    [InlineData("last step only", 18.5, "update: W, U and b changed by 0.1 × the gradient of one time step only: sum over t")]
    [InlineData("not transposed", 18.5, "update: W, U and b changed by 0.1 × a gradient with W not transposed: ds_(t-1) = Wᵀ da_t, not W da_t")]
    [InlineData("bias not updated", 19, "update: b did not change: b -= 0.1 × db")]
    [InlineData("not reset", 17.5, "update: W, U, b, W_out and b_out changed at the second sentence by 0.1 × the gradients of both sentences: gradients not reset, begin each sentence with zeros")]
    [InlineData("softmax twice", 17.5, "update: W, U, b, W_out and b_out changed as if softmax were taken twice: dy = softmax(y) less 1 at the label, not softmax(softmax(y))")]
    [InlineData("softmax as logits", 19, "forward: logits are a softmax already, and the loss takes it again: softmax taken twice; y = W_out s_T + b_out and no more")]
    public void One_mistake_is_named_alone(string name, double total, string remark)
    {
        Assert.Equal([remark], Remarks(name));
        Assert.Equal(("marked", total), (Status(name), Total(name)));
    }

    [Fact]
    public void The_wrong_sign_is_named_and_its_predictions_are_wrong()
    {
        Assert.Equal("update: W, U, b, W_out and b_out changed by +0.1 × the gradient: the sign of the update is wrong, a step goes down the gradient (-=)", Remarks("sign")[0]);
        Assert.All(Remarks("sign").Skip(1), remark => Assert.StartsWith("prediction: ", remark, StringComparison.Ordinal));
        Assert.Equal([5, 5, 2.5, 0], Marks("sign"));
    }

    [Fact]
    public void A_frozen_output_layer_is_named_and_learns_one_sentence_only()
    {
        Assert.Equal(
            ["update: the output layer is frozen, W_out and b_out did not change: W_out -= 0.1 × dy s_Tᵀ, b_out -= 0.1 × dy", "prediction: \"The movie is good\" → 0, expected 1"],
            Remarks("output frozen"));
        Assert.Equal([5, 5, 3, 2.5], Marks("output frozen"));
    }

    [Theory]
    [InlineData("solution", 2, 0.1)]
    [InlineData("other size and start", 5, 0.05)]
    [InlineData("single precision", 2, 0.1)]
    public void A_right_sheet_has_all_marks_and_no_remark(string name, int hidden, double rate)
    {
        Assert.Equal([], Remarks(name));
        Assert.Equal([5, 5, 5, 5], Marks(name));
        Assert.Equal(hidden, marked[name].GetProperty("hidden").GetInt32());
        Assert.Equal(rate, marked[name].GetProperty("learning_rate").GetDouble(), 1e-6);
    }

    [Fact]
    public void Another_learning_rate_than_the_sheet_sets_is_found_and_costs_nothing()
    {
        Assert.Equal(["update: the steps show a learning rate of 0.05, the sheet sets 0.1"], Remarks("mean of both sentences"));
        Assert.Equal(20, Total("mean of both sentences"));
    }

    [Fact]
    public void The_untouched_template_is_told_what_to_do()
    {
        Assert.Equal(("untouched", 0), (Status("template"), Total("template")));
        Assert.Equal(["sheet: not begun: to do are 1 parameters, 2 hidden state update, 3 output layer, 4 back-propagation and SGD, 5 the test"], Remarks("template"));
    }

    [Fact]
    public void A_mistake_in_the_forward_pass_costs_there_only_when_the_gradient_follows_it()
    {
        Assert.Contains("forward: tanh is missing: s_t is the logistic sigmoid of the sum, expected its tanh", Remarks("tanh forgotten"));
        Assert.Equal([5, 3.5, 5], Marks("tanh forgotten")[..3]);
    }

    [Fact]
    public void Wrong_shapes_and_constant_weights_are_named()
    {
        Assert.Contains("parameters: b is 1 × 1, expected H × 1 = 2 × 1", Remarks("shapes"));
        Assert.Contains("parameters: W_out is 0 everywhere at the start: draw its numbers at random, or all units stay the same", Remarks("shapes"));
        Assert.Equal(3.5, Marks("shapes")[0]);
    }

    [Fact]
    public void A_parameter_that_moves_at_its_own_rate_is_named()
    {
        Assert.Equal(["update: U changed by 0.025 × the gradient, expected 0.1 ×"], Remarks("rate of one"));
        Assert.Equal([5, 5, 4.5, 5], Marks("rate of one"));
    }

    [Fact]
    public void Predictions_that_no_training_made_have_no_marks()
    {
        Assert.Equal([5, 5, 0, 0], Marks("hard-coded"));
        Assert.Contains("prediction: the final parameters are the initial ones: nothing was learnt", Remarks("hard-coded"));
        Assert.Contains("update: no parameter changed: back-propagation and parameter -= learning rate × gradient are to do (TODO 4)", Remarks("hard-coded"));
    }

    [Theory]
    [InlineData("does not compile", "not compiled", "sheet: does not compile: line #double loss = -Math.Log(p[label])#: ; expected (CS1002)", 0)]
    [InlineData("loops forever", "timed out", "sheet: still running after 10 s, stopped; marked by what it had reported", 15)]
    [InlineData("crashes", "crashed", "sheet: crashed: line #s[t][i + 1] = #: IndexOutOfRangeException: Index was outside the bounds of the array; marked by what it had reported", 5)]
    [InlineData("garbage", "notrace", "sheet: it reported nothing: keep the lines of the sheet that begin with Report, and the class Report", 0)]
    [InlineData("floods", "flooded", "sheet: printed more than 16 million characters, stopped", 0)]
    [InlineData("recursion", "crashed", "sheet: crashed: stack overflow, a method that calls itself without end", 0)]
    [InlineData("memory", "crashed", "sheet: crashed: ", 0)]
    [InlineData("reads input", "crashed", "sheet: crashed: line 1: NullReferenceException: Object reference not set to an instance of an object", 0)]
    [InlineData("empty", "not compiled", "sheet: does not compile: ", 0)]
    public void What_does_not_end_well_has_a_row_that_says_so(string name, string status, string remark, double total)
    {
        Assert.Equal((status.Replace("notrace", "no trace", StringComparison.Ordinal), total), (Status(name), Total(name)));
        string[] parts = remark.Split('#'); // between the two stands the text of the line that is named
        string expected = parts is [string before, string line, string after] ? $"{before}{MarkedClass.LineOf(name, line)}{after}" : remark;
        Assert.StartsWith(expected, Remarks(name)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_trace_that_is_none_is_named_by_its_line()
    {
        Assert.Equal(("no trace", 0), (Status("garbage trace"), Total("garbage trace")));
        Assert.Contains("sheet: line 1 of the trace is not what Report writes", Remarks("garbage trace"));
    }

    [Fact]
    public void The_processes_a_sheet_started_are_stopped_with_it()
    {
        Assert.Equal("timed out", Status("leaves a child"));
        Assert.DoesNotContain(Process.GetProcessesByName("sleep"), process => CommandLineOf(process).Contains("31.4159", StringComparison.Ordinal));
    }

    [Fact]
    public void The_document_shows_what_is_said()
    {
        string document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "classroom.md"));
        foreach (string name in (string[])["tanh' forgotten", "last step only", "not transposed", "bias not updated", "sign", "not reset", "output frozen", "softmax twice"])
            Assert.Contains($"\n{Remarks(name)[0].Replace("update: ", "", StringComparison.Ordinal)}\n", document, StringComparison.Ordinal);
        Assert.Contains($"\n  {Remarks("last step only")[0]}\n", document, StringComparison.Ordinal);
    }

    [Fact]
    public void No_remark_has_control_characters()
    {
        foreach (string name in marked.Names)
            Assert.DoesNotContain(string.Concat(Remarks(name)), char.IsControl);
    }

    private static string CommandLineOf(Process process)
    {
        string file = $"/proc/{process.Id}/cmdline";
        return File.Exists(file) ? File.ReadAllText(file) : "";
    }

    private string Status(string name) => marked[name].GetProperty("status").GetString()!;

    private double Total(string name) => marked[name].GetProperty("total").GetDouble();

    private double[] Marks(string name) => [.. marked[name].GetProperty("marks").EnumerateObject().Select(mark => mark.Value.GetDouble())];

    private string[] Remarks(string name) =>
        [.. marked[name].GetProperty("remarks").EnumerateArray().Select(remark => $"{remark.GetProperty("part").GetString()}: {remark.GetProperty("text").GetString()}")];
}
