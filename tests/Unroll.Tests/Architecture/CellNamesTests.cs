using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.Tests.Architecture;

/// <summary>What a cell is, the cell itself says: outside <c>Cells</c> nobody names one but where a choice was made.</summary>
public class CellNamesTests
{
    // Defaults, the lab's vanilla RNN, and what an experiment is about.
    private static readonly string[] Allowed =
    [
        "CellChoice.cs Cell.Lstm",
        "CellChoice.cs Cell.Rnn",
        "ChaosExperiment.cs Cell.Rnn",
        "ExplodingExperiment.cs \"rnn\"",
        "LabCommand.cs \"rnn\"",
        "LabExercise.cs Cell.Rnn",
        "LabNetwork.cs Cell.Rnn",
        "LiveSettings.cs Cell.Rnn",
        "ModelConfig.cs Cell.Rnn",
        "NetworkConfig.cs Cell.Rnn",
        "SearchSettings.cs \"gru\"",
        "SearchSettings.cs \"lstm\"",
        "TrainingOptions.cs Cell.Gru",
    ];

    [Fact]
    public void Only_these_places_name_a_cell()
    {
        string names = string.Join('|', RecurrentCells.All);
        var mention = new Regex($"\\bCell\\.(?:{names})\\b|\\b(?:{names})Cell\\b|\"(?:{names.ToLowerInvariant()})\"");
        IEnumerable<string> found =
            from file in SourceFile.In(Path.Combine(RepositoryRoot.Path, "src"))
            where Path.GetFileName(Path.GetDirectoryName(file.Path)) != "Cells"
            // A program in C# has the equations of its cell in its text.
            where file.Name != "CSharpRecurrent.cs"
            from Match match in mention.Matches(file.Code)
            select $"{file.Name} {match.Value}";
        Assert.Equal(Allowed, found.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_cell_is_a_file_that_describes_it()
    {
        foreach (Cell cell in RecurrentCells.All)
        {
            string path = Path.Combine(RepositoryRoot.Path, "src", "Unroll.Engine", "Cells", $"{cell}Cell.cs");
            Assert.True(File.Exists(path), $"{cell} has no file {path}");
        }
    }
}
