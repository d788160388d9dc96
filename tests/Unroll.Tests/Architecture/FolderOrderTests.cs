using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.Tests.Architecture;

/// <summary>The data's path is the architecture: a folder uses only folders to its left.</summary>
public partial class FolderOrderTests
{
    /// <summary>The order of docs/architecture.md.</summary>
    private static readonly string[] Order =
    [
        "Numerics", "Threading", "Kernels", "Data", "Text", "Batches", "Layers", "Loss", "Training", "Evaluation", "Formats", "Models", "Inspection",
    ];

    private static readonly string Source = Path.Combine(RepositoryRoot.Path, "src", "Unroll");

    [Fact]
    public void Every_folder_has_a_place_in_the_order()
    {
        IEnumerable<string> folders = Directory.GetDirectories(Source).Select(path => Path.GetFileName(path)!)
            .Where(name => name is not ("bin" or "obj"));
        Assert.Equal(Order.Order(), folders.Order());
        string architecture = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "architecture.md"));
        Assert.Contains(string.Join(" → ", Order), architecture, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_uses_only_folders_to_its_left()
    {
        var wrong = new List<string>();
        for (int place = 0; place < Order.Length; place++)
        {
            foreach (string file in Directory.GetFiles(Path.Combine(Source, Order[place]), "*.cs", SearchOption.AllDirectories))
            {
                // References in doc comments point where the reader shall look, and that may be to the right.
                string code = string.Join('\n', File.ReadLines(file).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)));
                foreach (Match match in FolderReference().Matches(code))
                {
                    int used = Array.IndexOf(Order, match.Groups[1].Value);
                    if (used > place)
                        wrong.Add($"{Path.GetFileName(file)} in {Order[place]} uses {Order[used]}");
                }
            }
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void Kernels_hold_no_state_and_touch_no_files()
    {
        foreach (string file in Directory.GetFiles(Path.Combine(Source, "Kernels"), "SimdKernels*.cs"))
        {
            string code = File.ReadAllText(file);
            Assert.DoesNotContain("System.IO", code, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"private (?!static|const)\w+ _", code);
        }
    }

    // `using Unroll.Layers;`, `Unroll.Layers.X` and, from inside the namespace Unroll, `Layers.X`.
    [GeneratedRegex(@"(?<![\w.])(?:Unroll\.)?(Numerics|Threading|Kernels|Data|Text|Batches|Layers|Loss|Training|Evaluation|Formats|Models|Inspection)(?=[.;])(?!\.(?:Json|Encod))")]
    private static partial Regex FolderReference();
}
