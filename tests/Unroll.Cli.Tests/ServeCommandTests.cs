using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

public class ServeCommandTests
{
    [Theory]
    [InlineData("serve", "MODEL")]
    [InlineData("serve {0}/nothing", "nothing")]
    [InlineData("serve {0} --urls ftp://here", "--urls has ftp://here, expected an address such as http://127.0.0.1:8080")]
    [InlineData("serve {0} --grpc here", "--grpc has here, expected an address such as http://127.0.0.1:8080")]
    [InlineData("serve a={0} a={0}", "two models are called a")]
    [InlineData("serve {0} --batch-window 3", "--batch-window is 3, expected 0 to 2 milliseconds")]
    [InlineData("serve {0} --api-key-file {0}/none", "none")]
    public void What_cannot_be_served_is_told_in_one_line(string line, string expected)
    {
        using var folder = new TemporaryFolder();
        CommandRun run = CommandRun.Of([.. line.Replace("{0}", folder.Root).Split(' ')]);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("error: ", run.Error);
        Assert.Contains(expected, run.Error);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }
}
