using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using Unroll.Data;
using Unroll.Export;
using Unroll.Models;
using Unroll.Tests;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Onnx.Tests;

/// <summary>A model as a C# program is compiled and says what the model says.</summary>
public class CSharpExportTests
{
    private const double Tolerance = 1e-6;

    private static readonly string[] Texts =
    [
        "a lovely film", "dull", "it's not bad, at all... 3,000.5 times!!!! ", "ÉTÉ überraschend İstanbul ﬁne", "映画は good",
        "e\u0301a \u200B b 👩‍👩‍👧 \uD800 x", "w1 w2 unheardofword w3 w1", "?", "", "  ",
    ];

    private static readonly LabelledText[] Rows =
    [
        .. Enumerable.Range(0, 30).SelectMany(i => (LabelledText[])[
            new("gut \"so\"", $"a lovely film {i % 5}, it's fine"), new("schlecht\\", $"a dull film {i % 5} 映画 ..."),
            new("neutral", $"ÉTÉ w{i % 4} w{i % 3} not bad at all")]),
    ];

    [Fact]
    public void Every_cell_pooling_and_direction_says_the_same()
    {
        var models = new Dictionary<string, SentenceClassifier>();
        foreach (ExportCase @case in ExportCase.All)
        {
            // All of them are hundreds: of each cell every pooling, direction, kind of input and number of layers is among these.
            bool isTaken = @case is { Cell: Cell.Transformer } or { Networks: > 1, Pooling: Pooling.Last }
                or { Layers: 2, Bidirectional: true, Embedding: > 0, Networks: 1 }
                or { Layers: 1, Bidirectional: false, Embedding: 0, Pooling: Pooling.Last };
            if (isTaken)
                models[$"Case{models.Count}"] = @case.CreateModel();
        }
        AssertSame(models, weightsBeside: false);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Trained_models_of_every_kind_say_the_same(bool weightsBeside)
    {
        var small = new TrainingOptions { Epochs = 2, Embedding = 8, Hidden = 6, Networks = 1 };
        var models = new Dictionary<string, SentenceClassifier>
        {
            ["Usual"] = Train(small),
            ["Pieces"] = Train(small with { Subwords = true }),
            ["LinearAlone"] = Train(small with { Networks = 0 }),
            ["NetworkAlone"] = Train(small with { Linear = false }),
            ["Several"] = Train(small with { Networks = 3, Layers = 2 }),
            ["Letters"] = Train(small with { Tokens = TokenKind.Char }),
            ["Blanks"] = Train(small with { Tokens = TokenKind.Whitespace, Lowercase = false }),
            ["SeveralPieces"] = Train(small with { Networks = 2, Subwords = true }),
            ["Attends"] = Train(small with { Cell = Cell.Transformer, Embedding = 8, Hidden = 8 }),
        };
        AssertSame(models, weightsBeside);
    }

    [Fact]
    public void Models_of_several_labels_say_the_same()
    {
        LabelledText[] rows =
        [
            .. Rows.Select((row, i) => LabelledText.Several(
                i % 4 == 0 ? [] : i % 3 == 0 ? [row.Label, "auch"] : [row.Label], row.Text)),
        ];
        var small = new TrainingOptions { Epochs = 2, Embedding = 8, Hidden = 6 };
        AssertSame(
            new Dictionary<string, SentenceClassifier>
            {
                ["Each"] = SentenceClassifier.Train(rows, small, cancellationToken: TestContext.Current.CancellationToken),
                ["EachLinear"] = SentenceClassifier.Train(
                    rows, small with { Networks = 0 }, cancellationToken: TestContext.Current.CancellationToken),
            },
            weightsBeside: false);
    }

    [Theory]
    [InlineData(UnknownWords.Drop)]
    [InlineData(UnknownWords.Refuse)]
    public void Unknown_words_are_dropped_or_refused_as_the_model_does(UnknownWords unknown)
    {
        SentenceClassifier classifier = new ExportCase(
            Cell.Gru, Nonlinearity.Tanh, 5, 1, false, Pooling.Mean).CreateModel(unknown);
        AssertSame(new Dictionary<string, SentenceClassifier> { ["Closed"] = classifier }, weightsBeside: false);
    }

    [Theory]
    [InlineData("my-model.cs", null, null, "public static class MyModel")]
    [InlineData("3d.cs", null, "A.B", "namespace A.B;")]
    [InlineData("x.cs", "Reviews", null, "public static class Reviews")]
    public void Names_are_those_of_the_file_or_those_given(string file, string? className, string? space, string expected)
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier classifier = Train(new TrainingOptions { Networks = 0 });
        CSharpExport.Save(classifier, folder[file], new CSharpExportOptions { ClassName = className, Namespace = space });
        Assert.Contains(expected, File.ReadAllText(folder[file]), StringComparison.Ordinal);
        Assert.Throws<InputException>(() => CSharpExport.Save(classifier, folder[file]));
    }

    [Theory]
    [InlineData("no name", null, "CSharpExportOptions.ClassName is \"no name\"")]
    [InlineData("X", "a..b", "CSharpExportOptions.Namespace is \"\"")]
    public void Names_that_are_none_of_CSharp_are_refused(string className, string? space, string expected)
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier classifier = Train(new TrainingOptions { Networks = 0 });
        InputException e = Assert.Throws<InputException>(() => CSharpExport.Save(
            classifier, folder["x.cs"], new CSharpExportOptions { ClassName = className, Namespace = space }));
        Assert.StartsWith(expected, e.Message, StringComparison.Ordinal);
    }

    private static SentenceClassifier Train(TrainingOptions options) =>
        SentenceClassifier.Train(Rows, options, cancellationToken: TestContext.Current.CancellationToken);

    private static void AssertSame(Dictionary<string, SentenceClassifier> models, bool weightsBeside)
    {
        using var folder = new TemporaryFolder();
        foreach ((string name, SentenceClassifier model) in models)
            CSharpExport.Save(model, folder[$"{name}.cs"], new CSharpExportOptions { WeightsBeside = weightsBeside });
        Assembly program = Compile(folder, models.Keys);
        foreach (string weights in Directory.GetFiles(folder.Root, "*.weights"))
            File.Copy(weights, Path.Combine(AppContext.BaseDirectory, Path.GetFileName(weights)), overwrite: true);
        var wrong = new List<string>();
        foreach ((string name, SentenceClassifier model) in models)
        {
            MethodInfo predict = program.GetType(name)!.GetMethod("Predict")!;
            foreach (string text in Texts)
                Compare(name, text, model, predict, wrong);
        }
        foreach (string weights in Directory.GetFiles(folder.Root, "*.weights"))
            File.Delete(Path.Combine(AppContext.BaseDirectory, Path.GetFileName(weights)));
        Assert.True(wrong.Count == 0, $"{wrong.Count} differ: {string.Join("; ", wrong.Take(10))}");
    }

    private static void Compare(
        string name, string text, SentenceClassifier model, MethodInfo predict, List<string> wrong)
    {
        Prediction expected;
        try
        {
            expected = model.Predict(text);
        }
        catch (InputException)
        {
            if (model.Config.Tokens.Tokenize(text).Length == 0)
                return;
            var refused = Assert.Throws<TargetInvocationException>(() => predict.Invoke(null, [text]));
            Assert.IsType<ArgumentException>(refused.InnerException);
            return;
        }
        if (model.Config.MultiLabel)
        {
            var (labels, all) = ((string[], double[]))predict.Invoke(null, [text])!;
            bool isSame = labels.SequenceEqual(expected.Labels.Keys) && all.Length == expected.Probabilities.Count
                && expected.Probabilities.Values.Zip(all, (a, b) => Math.Abs(a - b) <= Tolerance).All(near => near);
            if (!isSame)
                wrong.Add($"{name} of \"{text}\": {string.Join(',', labels)}, expected {expected}");
            return;
        }
        var (label, probability, probabilities) = ((string, double, double[]))predict.Invoke(null, [text])!;
        if (expected.IsNone)
        {
            Assert.Equal(("", 0.0, 0), (label, probability, probabilities.Length));
            return;
        }
        double most = Tolerance;
        double apart = expected.Probabilities.Values.Zip(probabilities, (a, b) => Math.Abs(a - b)).Max();
        bool isClear = expected.Probability - expected.Top(2)[^1].Value > Tolerance;
        bool isNear = apart <= most && Math.Abs(probability - expected.Probability) <= most;
        if (!isNear || (isClear && label != expected.Label))
            wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{name} of \"{text}\": {apart:G3} apart"));
    }

    // With the SDK's compiler, as the classroom does.
    private static Assembly Compile(TemporaryFolder folder, IEnumerable<string> names)
    {
        string host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        string sdk = RunOf(host, "--list-sdks").Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        int bracket = sdk.IndexOf('[', StringComparison.Ordinal);
        string compiler = Path.Combine(
            sdk[(bracket + 1)..sdk.LastIndexOf(']')], sdk[..bracket].Trim(), "Roslyn", "bincore", "csc.dll");
        var arguments = new StringBuilder("/nologo /target:library /langversion:12 /warnaserror\n");
        arguments.Append(CultureInfo.InvariantCulture, $"/out:\"{folder["program.dll"]}\"\n");
        foreach (string reference in ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator))
        {
            if (Path.GetFileName(reference).StartsWith("System.", StringComparison.Ordinal))
                arguments.Append(CultureInfo.InvariantCulture, $"/reference:\"{reference}\"\n");
        }
        foreach (string name in names)
            arguments.Append(CultureInfo.InvariantCulture, $"\"{folder[name + ".cs"]}\"\n");
        File.WriteAllText(folder["program.rsp"], arguments.ToString());
        string said = RunOf(host, "exec", compiler, "@" + folder["program.rsp"]);
        Assert.True(File.Exists(folder["program.dll"]), said.Length > 2000 ? said[..2000] : said);
        using var stream = new MemoryStream(File.ReadAllBytes(folder["program.dll"]));
        return new AssemblyLoadContext(null, isCollectible: true).LoadFromStream(stream);
    }

    private static string RunOf(string program, params string[] args)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, args)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output + error.Result;
    }
}
