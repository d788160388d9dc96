using Unroll.Classroom.Marks;
using Unroll.Tests;
using Xunit;

namespace Unroll.Classroom.Tests.Marks;

/// <summary>A class of sheets, marked in one call: right ones, ones with a mistake, and ones that do not end well.</summary>
public sealed class MarkedClass : IAsyncLifetime
{
    // The lines that begin each sentence with a gradient of zeros.
    private const string ZeroGradients = """
                double[,] dW = new double[H, H], dU = new double[H, I], db = new double[H, 1];
                double[,] dWout = new double[C, H], dbOut = new double[C, 1];

        """;

    private const string AllSteps = " Step(W, dW); Step(U, dU); Step(b, db); Step(Wout, dWout); Step(bOut, dbOut);";
    private const string OneStep = "parameter[i, j] -= learningRate * gradient[i, j];";
    private const string TestHeading = """Console.WriteLine("\n==== Testing ====");""";
    private const string LoopOverTime = "t = sentence.Length; t >= 1; t--";

    private const string ZeroBiasAndSmallW = """
        b = new double[H, 1];
        for (int i = 0; i < H; i++)
            for (int j = 0; j < H; j++)
                W[i, j] *= 0.4;
        """;

    private const string GarbageTrace = """
        string trace = "{\"parameters\":\"initial\",\"W\":[[1,2],[3]]\n\u001b[31m\0\n[]\n{}\n";
        File.WriteAllText(Environment.GetEnvironmentVariable("UNROLL_TRACE")!, trace);

        """;

    private static readonly Dictionary<string, string> Texts = new()
    {
        ["solution"] = StudentSheets.Solution,
        ["template"] = StudentSheets.Template,
        ["other size and start"] = Edit(
            ("I = 5, H = 2, C = 2;", "I = 5, H = 5, C = 2;"), ("new TorchRandom(42)", "new TorchRandom(7)"),
            ("b = random.Normal(H, 1);", ZeroBiasAndSmallW), ("learningRate = 0.1;", "learningRate = 0.05;")),
        ["single precision"] = InSinglePrecision(StudentSheets.Solution),
        ["mean of both sentences"] = Edit((OneStep, "parameter[i, j] -= learningRate / 2 * gradient[i, j];")),

        ["tanh' forgotten"] = Edit(("ds[i] * (1 - s[t][i] * s[t][i])", "ds[i]")),
        ["last step only"] = Edit((LoopOverTime, "t = sentence.Length; t >= sentence.Length; t--")),
        ["not transposed"] = Edit(("dsBefore[j] += W[i, j] * da", "dsBefore[j] += W[j, i] * da")),
        ["bias not updated"] = Edit((" Step(b, db);", "")),
        ["sign"] = Edit(("-= learningRate * gradient", "+= learningRate * gradient")),
        ["not reset"] = Edit((ZeroGradients, ""), ("// ---- Training loop.\n", ZeroGradients)),
        ["output frozen"] = Edit((" Step(Wout, dWout); Step(bOut, dbOut);", "")),
        ["softmax twice"] = Edit(("p = Softmax(y);", "p = Softmax(Softmax(y));")),
        ["softmax as logits"] = Edit(("return (s, y);", "return (s, Softmax(y));")),

        ["tanh forgotten"] = Edit(("s[t][i] = Math.Tanh(a)", "s[t][i] = 1 / (1 + Math.Exp(-a))")),
        ["shapes"] = Edit(
            ("b = random.Normal(H, 1);", "b = new double[1, 1];"), ("Wout = random.Normal(C, H)", "Wout = new double[C, H]")),
        ["rate of one"] = Edit(("dU[i, x] += da;", "dU[i, x] += da / 4;")),
        ["hard-coded"] = Edit(
            (AllSteps, ""), ("logits[1] > logits[0] ? 1 : 0", """sentence[^1] == "good" ? 1 : 0""")),

        ["does not compile"] = Edit(
            ("double loss = -Math.Log(p[label]);", "double loss = -Math.Log(p[label])")),
        ["loops forever"] = Edit((TestHeading, "while (true) { }")),
        ["leaves a child"] = Edit((TestHeading, """System.Diagnostics.Process.Start("sleep", "31.4159").WaitForExit();""")),
        ["crashes"] = Edit(("s[t][i] = Math.Tanh(a);", "s[t][i + 1] = Math.Tanh(a);")),
        ["garbage"] = """Console.WriteLine("\u001b[31m{]\0 garbage");""",
        ["garbage trace"] = GarbageTrace,
        ["floods"] = "while (true) Console.WriteLine(new string('x', 1000));\n",
        ["recursion"] = "int Deep(int n) => Deep(n + 1) + 1;\nConsole.WriteLine(Deep(0));\n",
        ["memory"] = "var all = new List<byte[]>();\nwhile (true) all.Add(new byte[50_000_000]);\n",
        ["reads input"] = "Console.WriteLine(Console.ReadLine()!.Length);\n",
        ["empty"] = "",
    };

    private readonly TemporaryFolder _folder = new();
    private Dictionary<string, SheetScore> _scores = [];

    /// <summary>The sheets' names, a row each.</summary>
    public static TheoryData<string> Names { get; } = [.. Texts.Keys];

    public async ValueTask InitializeAsync()
    {
        // Properties of the folder around a sheet must not take part.
        _folder.Write(
            "Directory.Build.props",
            "<Project><PropertyGroup><TreatWarningsAsErrors>true</TreatWarningsAsErrors></PropertyGroup><Broken");
        string[] paths = [.. Texts.Select(text => _folder.Write($"{text.Key}.cs", text.Value))];
        IReadOnlyList<SheetScore> scores = await new SheetGrader(TimeSpan.FromSeconds(10)).Grade(paths);
        Assert.Equal(paths, scores.Select(score => score.Sheet));
        _scores = Texts.Keys.Zip(scores).ToDictionary();
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    internal SheetScore this[string name] => _scores[name];

    /// <summary>The line, from 1, on which a text stands in a sheet.</summary>
    internal static int LineOf(string name, string text) =>
        Array.FindIndex(Texts[name].Split('\n'), line => line.Contains(text, StringComparison.Ordinal)) + 1;

    private static string Edit(params (string Old, string New)[] edits) => StudentSheets.EditSolution(edits);

    private static string InSinglePrecision(string sheet) => sheet
        .Replace("double", "float", StringComparison.Ordinal)
        .Replace("Math.", "MathF.", StringComparison.Ordinal)
        .Replace("learningRate = 0.1;", "learningRate = 0.1f;", StringComparison.Ordinal)
        .Replace("float.IsFinite(number)", "double.IsFinite(number)", StringComparison.Ordinal);
}
