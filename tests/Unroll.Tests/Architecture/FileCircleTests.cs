using Xunit;

namespace Unroll.Tests.Architecture;

/// <summary>Files that use each other in a circle can only be read together: none is larger than a pair.</summary>
public class FileCircleTests
{
    public static TheoryData<string> Projects =>
        [.. Directory.GetDirectories(Path.Combine(RepositoryRoot.Path, "src")).Select(path => Path.GetFileName(path)!).Order()];

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_circle_of_files_is_larger_than_a_pair(string project)
    {
        IReadOnlyList<SourceFile> files = SourceFile.In(Path.Combine(RepositoryRoot.Path, "src", project));
        IEnumerable<string> circles = Circles(files).Where(circle => circle.Count > 2).Select(
            circle => string.Join(" ↔ ", circle));
        Assert.Empty(circles);
    }

    [Fact]
    public void A_circle_of_three_is_found()
    {
        using var folder = new TemporaryFolder();
        (string Name, string Uses)[] files = [("A", "B"), ("B", "C"), ("C", "A"), ("D", "A")];
        foreach ((string name, string uses) in files)
            File.WriteAllText(folder[name + ".cs"], $"internal class {name}\n{{\n    private {uses}? _next;\n}}\n");
        List<string> circle = Assert.Single(Circles(SourceFile.In(folder.Root)), found => found.Count > 1);
        Assert.Equal(["A.cs", "B.cs", "C.cs"], circle.Order());
    }

    // Tarjan, "Depth-first search and linear graph algorithms", 1972: sets of files that all reach each other.
    private static List<List<string>> Circles(IReadOnlyList<SourceFile> files)
    {
        var declaredIn = new Dictionary<string, HashSet<int>>();
        for (int i = 0; i < files.Count; i++)
        {
            foreach (string type in files[i].Declared)
            {
                if (!declaredIn.TryGetValue(type, out HashSet<int>? places))
                    declaredIn[type] = places = [];
                places.Add(i);
            }
        }
        // A name that several files declare (parts of one class, or two classes) says nothing of which is meant.
        int[][] uses = [.. files.Select((file, i) => Used(file, i).Distinct().ToArray())];
        int[] index = new int[files.Count];
        int[] low = new int[files.Count];
        bool[] open = new bool[files.Count];
        var stack = new Stack<int>();
        var circles = new List<List<string>>();
        int next = 0;
        for (int i = 0; i < files.Count; i++)
        {
            if (index[i] == 0)
                Visit(i);
        }
        return circles;

        IEnumerable<int> Used(SourceFile file, int self) =>
            from word in file.Words
            where declaredIn.TryGetValue(word, out HashSet<int>? places) && places.Count == 1 && !places.Contains(self)
            select declaredIn[word].First();

        void Visit(int file)
        {
            index[file] = low[file] = ++next;
            stack.Push(file);
            open[file] = true;
            foreach (int used in uses[file])
            {
                if (index[used] == 0)
                    Visit(used);
                if (open[used])
                    low[file] = Math.Min(low[file], low[used]);
            }
            if (low[file] != index[file])
                return;
            var circle = new List<string>();
            int member;
            do
            {
                member = stack.Pop();
                open[member] = false;
                circle.Add(files[member].Name);
            }
            while (member != file);
            circles.Add(circle);
        }
    }
}
