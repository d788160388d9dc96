using Unroll.Tests;
using Xunit;

namespace Unroll.Packages.Tests;

public class PublicInterfaceTests
{
    // pack.sh holds the assemblies to them; a merge that left a line twice or a mark of a conflict is seen here.
    [Theory]
    [InlineData("Unroll.Engine", "F:Unroll.Cell.Gru")]
    [InlineData("Unroll", "M:Unroll.Models.SentenceClassifier.Predict(System.String)")]
    [InlineData("Unroll.Onnx", "Unroll.Onnx.")]
    [InlineData("Unroll.Extensions", "Unroll.")]
    [InlineData("Unroll.Server", "M:Unroll.Server.UnrollServer.Create")]
    public void The_public_interface_is_a_name_a_line_each_once(string package, string known)
    {
        string[] lines = File.ReadAllLines(Path.Combine(RepositoryRoot.Path, "src", package, "PublicAPI.txt"));
        Assert.Equal(lines.Distinct(), lines);
        Assert.All(lines, line => Assert.Matches("^[TMPFE]:[A-Za-z]", line));
        Assert.Contains(lines, line => line.Contains(known, StringComparison.Ordinal));
    }
}
