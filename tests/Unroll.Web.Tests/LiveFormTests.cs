using System.Text;
using Unroll.Live;
using Unroll.Tests;
using Xunit;

namespace Unroll.Web.Tests;

/// <summary><c>client/src/live/view.ts</c> and what the engine answers have one form.</summary>
public sealed class LiveFormTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void What_the_engine_answers_is_what_the_page_declares()
    {
        Browser.RequirePage();
        var source = new StringBuilder($"import type {{ View }} from '{TypeScript.Client}/src/live/view';\n");
        string[] views = [.. Views()];
        for (int i = 0; i < views.Length; i++)
            source.Append($"const page{i} = {views[i]} satisfies View;\n");
        string names = string.Join(", ", views.Select((_, i) => $"page{i}"));
        source.Append($"export const pages = [{names}] as const;\n{TypeScript.FindUnwritten("View")}");
        (int exitCode, string errors) = TypeScript.Compile(_folder, source.ToString());
        Assert.True(exitCode == 0, errors);
    }

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<string> Views()
    {
        const string Watch = "\"watch\": [\"The movie is good\", \"a b\", \"\"]";
        foreach (Cell cell in RecurrentCells.All)
        {
            var lab = new LiveLab();
            string name = RecurrentCells.NameOf(cell);
            string settings = $$"""{"cell": "{{name}}", "clip": 1}""";
            yield return lab.Call($$"""{"do": "start", "settings": {{settings}}, "rival": "{{name}}", {{Watch}}}""");
            yield return lab.Call($$"""{"do": "act", "action": ["step", 3], {{Watch}}}""");
        }
        yield return new LiveLab().Call("""{"do": "start", "settings": {"task": "negation"}}""");
        var own = new LiveLab();
        yield return own.Call("""{"do": "start", "settings": {"task": "own", "rows": "a\tx\nb\ty"}}""");
        yield return own.Call("""{"do": "act", "action": ["word", "z"]}""");
        yield return own.Call("""{"do": "act", "action": ["sample", "a", "z z"]}""");
        yield return own.Call("""{"do": "act", "action": ["pin", "update", true]}""");
        yield return own.Call("""{"do": "act", "action": ["set", "output.bias", 0, 1]}""");
    }
}
