using System.Text;
using System.Text.RegularExpressions;
using Unroll.Cli.Tests;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Tests;
using Unroll.Text;
using Xunit;

namespace Unroll.Web.Tests;

/// <summary>
/// <c>client/src/data.ts</c> and what is written into pages have one form: the TypeScript compiler reads pages of every kind as
/// literals of <c>PageData</c>. A field that is missing, has another type, or is unknown to the page does not compile, nor does
/// one that the page declares and nothing writes.
/// </summary>
[Collection(nameof(ExperimentPages))]
public sealed partial class DataFormTests(Experiments experiments) : IDisposable
{
    // What PageData declares and no page has.
    private static readonly string FindUnwritten = TypeScript.FindUnwritten("PageData");

    private static readonly string[] Tiny = ["--embedding", "2", "--epochs", "2"];

    private static readonly string ImportPageData = $"import type {{ PageData }} from '{TypeScript.Client}/src/data';\n";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void What_is_written_is_what_the_page_declares()
    {
        string[] pages =
        [
            .. RunsOfEveryCellAndPooling(), RunOfVeryManyLabels(), RunOfSeveralLabels(), Lab(), SentenceWithDroppedWord(),
            .. Experiments.Names.Select(experiments.Page), Search(),
        ];
        var source = new StringBuilder(ImportPageData);
        for (int i = 0; i < pages.Length; i++)
            source.Append($"const page{i} = {DataOf(pages[i])} satisfies PageData;\n");
        // A tuple: the type of an array's items would leave out fields that some of them do not have.
        string names = string.Join(", ", pages.Select((_, i) => $"page{i}"));
        source.Append($"export const pages = [{names}] as const;\n{FindUnwritten}");
        (int exitCode, string errors) = Compile(source.ToString());
        Assert.True(exitCode == 0, errors);
    }

    [Theory]
    [InlineData("\"title\":\"t\",\"runs\":[]", "TS2741", "sentences")]
    [InlineData("\"title\":1,\"runs\":[],\"sentences\":[]", "TS2322", "number")]
    [InlineData("\"title\":\"t\",\"runs\":[],\"sentences\":[],\"more\":1", "TS2353", "more")]
    [InlineData("\"title\":\"t\",\"runs\":[],\"sentences\":[]", "TS2322", "experiment")]
    public void What_differs_does_not_compile(string fields, string code, string name)
    {
        Browser.RequirePage();
        string source = $"{ImportPageData}export const pages = [{{{fields}}} satisfies PageData];\n{FindUnwritten}";
        (int exitCode, string errors) = Compile(source);
        Assert.NotEqual(0, exitCode);
        Assert.Contains(code, errors, StringComparison.Ordinal);
        Assert.Contains(name, errors, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Search()
    {
        IEnumerable<string> rows = Enumerable.Range(0, 40).Select(i => $"yes\tgood film {i}\nno\tbad film {i}\n");
        string data = _folder.Write("searched.tsv", "label\ttext\n" + string.Concat(rows));
        string[] search = ["search", data, "--out", _folder["search"], "--trials", "9", "--epochs", "3"];
        Succeed([.. search, "--embedding", "2", "--hidden", "2"]);
        return _folder["search/report.html"];
    }

    private IEnumerable<string> RunsOfEveryCellAndPooling()
    {
        IEnumerable<string> rows = Enumerable.Range(0, 20).Select(i => $"yes\tgood film {i}\nno\tbad film {i}\n");
        string data = _folder.Write("two.tsv", "label\ttext\n" + string.Concat(rows));
        foreach (Cell cell in Enum.GetValues<Cell>())
        {
            foreach (Pooling pooling in Enum.GetValues<Pooling>())
            {
                string run = _folder[$"{cell}-{pooling}"], sentence = _folder[$"{cell}-{pooling}.html"];
                // With one direction and two units there is a decision boundary in the plane.
                string[] sizes = cell == Cell.Transformer ? ["--heads", "2"]
                    : pooling == Pooling.Mean ? ["--bidirectional", "--hidden", "2"]
                    : ["--bidirectional=false", "--hidden", "2"];
                string[] measured = pooling == Pooling.Max ? ["--dev-share", "0"] : ["--test", data];
                string[] kind = ["--cell", $"{cell}", "--pooling", $"{pooling}"];
                Succeed(["train", data, "--out", run, .. kind, .. sizes, .. measured, .. Tiny]);
                Succeed(["inspect", run, "a good film", "--html", sentence]);
                yield return Path.Combine(run, "report.html");
                yield return sentence;
            }
        }
    }

    // Its confusions are a list; a text has two labels.
    private string RunOfVeryManyLabels()
    {
        IEnumerable<string> rows = Enumerable.Range(0, 2002).Select(i => $"{i % 1001}\tword {i}\n");
        string data = _folder.Write("many.tsv", "label\ttext\n0\tconflict\n1\tconflict\n" + string.Concat(rows));
        Succeed(["train", data, "--out", _folder["many"], "--dev", data, "--no-baselines", "--hidden", "2", .. Tiny]);
        return _folder["many/report.html"];
    }

    private string RunOfSeveralLabels()
    {
        IEnumerable<string> rows = Enumerable.Range(0, 20).Select(i =>
            $"__label__a good film {i}\n__label__a __label__b good bad film {i}\n__label__b bad film {i}\n");
        string data = _folder.Write("several.ft", string.Concat(rows));
        Succeed(["train", data, "--out", _folder["several"], "--test", data, "--hidden", "2", .. Tiny]);
        return _folder["several/report.html"];
    }

    private string Lab()
    {
        Succeed(["lab", "--out", _folder["lab"], "--epochs", "3", "--test", "The movie is bad"]);
        return _folder["lab/report.html"];
    }

    private string SentenceWithDroppedWord()
    {
        var config = new ModelConfig { Embedding = 2, Hidden = 2, Labels = ["bad", "good"], Unknown = UnknownWords.Drop };
        var vocabulary = new Vocabulary(["<pad>", "good", "bad"], UnknownWords.Drop);
        SentenceClassifier.Create(config, vocabulary).Save(_folder["drops"]);
        Succeed(["inspect", _folder["drops"], "good unseen", "--html", _folder["drops.html"]]);
        return _folder["drops.html"];
    }

    private static void Succeed(string[] arguments)
    {
        CommandRun run = CommandRun.Of(arguments);
        Assert.True(run.ExitCode == 0, run.Error);
    }

    private static string DataOf(string page) => DataElement().Match(File.ReadAllText(page)).Groups[1].Value;

    private (int ExitCode, string Errors) Compile(string source) => TypeScript.Compile(_folder, source);

    [GeneratedRegex("id=\"unroll-data\">(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex DataElement();
}
