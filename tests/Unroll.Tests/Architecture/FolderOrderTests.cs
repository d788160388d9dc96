using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.Tests.Architecture;

/// <summary>
/// The data's path is the architecture: a folder uses only folders to its left, and those of projects above its own.
/// </summary>
public partial class FolderOrderTests
{
    /// <summary>The projects and the order of their folders, as docs/architecture.md has them.</summary>
    public static TheoryData<string, string[]> Orders => new()
    {
        {
            "Unroll.Engine",
            [
                "Numerics", "Threading", "Kernels", "Batches", "Ranks", "Cells", "Layers", "Losses", "Optimization", "Networks",
                "Dynamics",
            ]
        },
        {
            "Unroll",
            ["Data", "Text", "Terms", "Storage", "Evaluation", "Training", "Models", "Search", "Import", "Inspection", "Export"]
        },
    };

    [Theory]
    [MemberData(nameof(Orders))]
    public void Every_folder_has_a_place_in_the_order(string project, string[] order)
    {
        IEnumerable<string> folders = Directory.GetDirectories(Source(project)).Select(path => Path.GetFileName(path)!)
            .Where(name => name is not ("bin" or "obj" or "buildTransitive"));
        Assert.Equal(order.Order(), folders.Order());
        string architecture = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "architecture.md"));
        Assert.Contains(string.Join(" → ", order), architecture, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void A_folder_uses_only_folders_to_its_left(string project, string[] order)
    {
        string prefix = project + ".";
        var wrong = new List<string>();
        for (int place = 0; place < order.Length; place++)
        {
            foreach (SourceFile file in SourceFile.In(Path.Combine(Source(project), order[place])))
            {
                foreach (Match match in UsedNamespace().Matches(file.Code))
                {
                    string used = match.Groups[1].Value;
                    int at = used.StartsWith(prefix, StringComparison.Ordinal) ? Array.IndexOf(order, used[prefix.Length..]) : -1;
                    if (at > place)
                        wrong.Add($"{file.Name} in {order[place]} uses {order[at]}");
                }
            }
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void Kernels_hold_no_state_and_touch_no_files()
    {
        foreach (string file in Directory.GetFiles(Path.Combine(Source("Unroll.Engine"), "Kernels"), "SimdKernels*.cs"))
        {
            string code = File.ReadAllText(file);
            Assert.DoesNotContain("System.IO", code, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"private (?!static|const)\w+ _", code);
        }
    }

    private static string Source(string project) => Path.Combine(RepositoryRoot.Path, "src", project);

    [GeneratedRegex(@"^using (Unroll[\w.]*);", RegexOptions.Multiline)]
    private static partial Regex UsedNamespace();
}
