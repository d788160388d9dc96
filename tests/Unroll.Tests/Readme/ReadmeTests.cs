using Unroll.Data;
using Unroll.Models;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Readme;

/// <summary>The README's program is this file's, and it runs.</summary>
public class ReadmeTests
{
    private const string Begin = "        // README";

    [Fact]
    public void The_library_example_learns()
    {
        using var folder = new TemporaryFolder();
        string model = folder["model"];
        // README
        LabelledText[] rows =
        [
            new("good", "what a lovely film"), new("bad", "what a dull film"),
            new("good", "lovely from start to finish"), new("bad", "dull from start to finish"),
        ];
        var options = new TrainingOptions { Epochs = 100, Hidden = 16, Bidirectional = false };
        SentenceClassifier classifier = SentenceClassifier.Train(rows, options);
        classifier.Save(model, overwrite: true);

        Prediction prediction = SentenceClassifier.Load(model).Predict("a lovely film");
        // README
        Assert.Equal("good", prediction.Label);
        Assert.True(prediction.Probability > 0.5);
    }

    [Fact]
    public void The_README_shows_the_example_that_was_run()
    {
        string root = RepositoryRoot.Path;
        string test = File.ReadAllText(Path.Combine(root, "tests", "Unroll.Tests", "Readme", "ReadmeTests.cs"));
        string example = test.Split(Begin)[2].Trim('\n').Replace("\n        ", "\n", StringComparison.Ordinal)
            .Replace("(model", "(\"model\"", StringComparison.Ordinal).Trim();
        Assert.Contains(example, File.ReadAllText(Path.Combine(root, "README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_names_folders_and_types_that_exist()
    {
        string root = RepositoryRoot.Path;
        IEnumerable<string[]> table = File.ReadLines(Path.Combine(root, "docs", "guide.md"))
            .SkipWhile(line => !line.StartsWith("| stage", StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.StartsWith('|')).Select(line => line.Split('|', StringSplitOptions.TrimEntries));
        int types = 0;
        foreach (string[] row in table)
        {
            (string project, string folder) = row[2].Trim('`').Split('/') is [var first, var second] ? (first, second) : ("", "");
            foreach (string type in row[3].Split(", "))
            {
                Assert.NotNull(System.Reflection.Assembly.Load(project).GetType($"{project}.{folder}.{type.Trim('`')}"));
                types++;
            }
        }
        Assert.True(types >= 12, $"{types} types found in the table");
    }
}
