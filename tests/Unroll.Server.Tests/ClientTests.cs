using System.Diagnostics;
using Unroll.Tests;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>Clients and schemas of others: OpenAI's client against a server, Kubernetes' schemas on the manifests.</summary>
public class ClientTests
{
    private static readonly string Clients = Path.Combine(RepositoryRoot.Path, "tests", "Unroll.Server.Tests", "clients");

    [Fact]
    public async Task OpenAIs_client_lists_models_and_classifies()
    {
        SkipUnlessInstalled();
        await using RunningServer server = await RunningServer.StartAsync(options => options.ApiKeys = ["secret"]);
        string url = server.Client.BaseAddress!.ToString().TrimEnd('/');
        (int exitCode, string output) = await NodeAsync("openai.mjs", url, "secret");
        Assert.True(exitCode == 0, output);
        string[] lines = output.Split('\n');
        Assert.Equal("both one", lines[0]);
        Assert.Equal(ServedModels.BothWays.Predict("the movie is good").Label, lines[1]);
        Assert.StartsWith("NotFoundError 404 ", lines[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "kubernetes.yaml", "apps/v1 Deployment: valid", "v1 Service: valid", "autoscaling/v2 HorizontalPodAutoscaler: valid")]
    [InlineData("kserve.yaml", "serving.kserve.io/v1beta1 InferenceService: read")]
    public async Task Manifests_are_as_their_schemas_say(string name, params string[] expected)
    {
        SkipUnlessInstalled();
        (int exitCode, string output) = await NodeAsync("manifests.mjs", Path.Combine(RepositoryRoot.Path, "deploy", name));
        Assert.True(exitCode == 0, output);
        Assert.All(expected, line => Assert.Contains(line, output.Split('\n')));
    }

    [Fact]
    public async Task A_manifest_against_its_schema_is_found()
    {
        SkipUnlessInstalled();
        using var folder = new TemporaryFolder();
        string right = await File.ReadAllTextAsync(
            Path.Combine(RepositoryRoot.Path, "deploy", "kubernetes.yaml"), TestContext.Current.CancellationToken);
        string wrong = folder.Write(
            "wrong.yaml", right.Replace("containerPort: 8080", "containerPort: web", StringComparison.Ordinal));
        (int exitCode, string output) = await NodeAsync("manifests.mjs", wrong);
        Assert.Equal(1, exitCode);
        Assert.Contains("containerPort must be integer", output, StringComparison.Ordinal);
    }

    private static void SkipUnlessInstalled()
    {
        if (!Directory.Exists(Path.Combine(Clients, "node_modules", "openai")))
            Assert.Skip("needs the clients: run npm ci in tests/Unroll.Server.Tests/clients (test.sh does where npm is)");
    }

    private static async Task<(int ExitCode, string Output)> NodeAsync(string script, params string[] arguments)
    {
        using Process node = Process.Start(new ProcessStartInfo("node", [script, .. arguments])
        {
            WorkingDirectory = Clients,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> error = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (node.ExitCode, output + await error);
    }
}
