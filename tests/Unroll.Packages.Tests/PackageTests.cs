using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Xml.Linq;
using Unroll.Tests;
using Xunit;

namespace Unroll.Packages.Tests;

/// <summary>What is in the packages, and that they can be installed.</summary>
public class PackageTests(PackedPackages packed) : IClassFixture<PackedPackages>
{
    public static TheoryData<string> Names =>
        ["Unroll.Engine", "Unroll", "Unroll.Onnx", "Unroll.Extensions", "Unroll.Server", "Unroll.Cli"];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_package_says_what_it_is_and_names_no_path_of_the_machine(string name)
    {
        SkipUnlessWanted();
        using ZipArchive archive = ZipFile.OpenRead(PathOf(name, "nupkg"));
        string[] entries = [.. archive.Entries.Select(entry => entry.FullName)];
        Assert.All((string[])["README.md", "LICENSE", "CHANGELOG.md", "icon.png"], file => Assert.Contains(file, entries));
        using Stream nuspec = archive.GetEntry($"{name}.nuspec")!.Open();
        XElement metadata = XDocument.Load(nuspec).Root!.Elements().First();
        string Of(string key) => metadata.Elements().Single(element => element.Name.LocalName == key).Value;
        Assert.Equal(
            (name, PackedPackages.Version, "MIT", "icon.png", "README.md"),
            (Of("id"), Of("version"), Of("license"), Of("icon"), Of("readme")));
        Assert.All((string[])["description", "tags", "authors", "releaseNotes"], key => Assert.NotEmpty(Of(key)));
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            if (!entry.Name.StartsWith("Unroll", StringComparison.Ordinal))
                continue;
            using Stream content = entry.Open();
            using var memory = new MemoryStream();
            content.CopyTo(memory);
            Assert.False(
                memory.ToArray().AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(RepositoryRoot.Path + "/")) >= 0,
                $"{entry.FullName} names {RepositoryRoot.Path}");
        }
        using ZipArchive symbols = ZipFile.OpenRead(PathOf(name, "snupkg"));
        Assert.Contains(symbols.Entries, entry => entry.Name == $"{name}.pdb");
    }

    [Fact]
    public void The_documentation_has_public_names_alone()
    {
        SkipUnlessWanted();
        using ZipArchive archive = ZipFile.OpenRead(PathOf("Unroll", "nupkg"));
        using Stream xml = archive.Entries.Single(entry => entry.Name == "Unroll.xml").Open();
        string[] names = [.. XDocument.Load(xml).Descendants("member").Select(member => (string)member.Attribute("name")!)];
        Assert.Contains("M:Unroll.Models.SentenceClassifier.Predict(System.String)", names);
        Assert.Contains(names, name => name.StartsWith("M:Unroll.Models.SentenceClassifier.Train``2(", StringComparison.Ordinal));
        Assert.Contains("P:Unroll.Training.TrainingOptions.Hidden", names);
        Assert.DoesNotContain(names, name => name.Contains("TermKeys", StringComparison.Ordinal));
        Assert.DoesNotContain("P:Unroll.Models.SentenceClassifier.Networks", names);
    }

    [Fact]
    public void Packed_twice_they_have_the_same_bytes()
    {
        SkipUnlessWanted();
        string again = packed["again"];
        (int exitCode, string output) = packed.Run(
            RepositoryRoot.Path, "bash", "pack.sh", again, "--version", PackedPackages.Version);
        Assert.True(exitCode == 0, output);
        foreach (string path in Directory.GetFiles(packed.Packages))
            Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(Path.Combine(again, Path.GetFileName(path))));
    }

    [Fact]
    public void The_tool_installs_and_works()
    {
        SkipUnlessWanted();
        (int exitCode, string output) = packed.Run(
            packed.Samples, "dotnet", "tool", "install", "Unroll.Cli", "--tool-path", packed["tools"], "--version",
            PackedPackages.Version, "--configfile", packed["nuget.config"]);
        Assert.True(exitCode == 0, output);
        string unroll = Path.Combine(packed["tools"], "unroll");
        Assert.StartsWith("0.0.1", packed.Run(packed.Samples, unroll, "--version").Output, StringComparison.Ordinal);
        (exitCode, output) = packed.Run(packed.Samples, unroll, "train", "reviews.tsv", "--cell", "none", "--out", "tool.zip");
        Assert.True(exitCode == 0, output);
        string answer = packed.Run(packed.Samples, unroll, "predict", "tool.zip", "not bad at all").Output;
        Assert.StartsWith("good\t", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void The_console_sample_trains_and_answers()
    {
        string program = Build("console");
        (int exitCode, string output) = packed.Run(packed.Samples, "not bad at all\n", "dotnet", [program, "reviews.tsv"]);
        Assert.True(exitCode == 0, output);
        Assert.Contains("saved in reviews.zip", output, StringComparison.Ordinal);
        Assert.Contains("good", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_worker_sample_retrains_and_swaps()
    {
        string program = Build("worker");
        (int exitCode, string output) = packed.Run(
            packed.Samples, "dotnet", program, "--Rows", "reviews.tsv", "--Model", "worker.zip", "--Training:Networks", "0",
            "--Once", "1");
        Assert.True(exitCode == 0, output);
        Assert.True(File.Exists(Path.Combine(packed.Samples, "worker.zip")), output);
    }

    [Fact]
    public void The_api_sample_builds() => Build("api");

    [Fact]
    public async Task The_server_sample_is_a_native_program_that_answers()
    {
        SkipUnlessWanted();
        if (!File.Exists("/usr/bin/gcc") && !File.Exists("/usr/bin/clang"))
            Assert.Skip("needs a linker: apt-get install gcc zlib1g-dev");
        packed.Run(packed.Samples, "", "dotnet", [Build("console"), "reviews.tsv"]);
        (int exitCode, string output) = packed.Run(
            packed.Samples, "dotnet", "publish", "server", "-c", "Release", "-r", "linux-x64", "-o", packed["out-server"]);
        Assert.True(exitCode == 0, output);
        Assert.DoesNotContain("warning IL", output, StringComparison.Ordinal);
        string address;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            address = $"http://{listener.LocalEndpoint}";
        }
        string model = "m=" + Path.Combine(packed.Samples, "reviews.zip");
        using Process server = Process.Start(
            new ProcessStartInfo(Path.Combine(packed["out-server"], "server"), [model, "--urls", address]))!;
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri(address) };
            string answer = "";
            for (int tries = 0; tries < 200 && answer.Length == 0; tries++)
            {
                try
                {
                    using var body = new StringContent("{\"input\":\"not bad at all\"}");
                    using HttpResponseMessage response =
                        await client.PostAsync("/v1/classify", body, TestContext.Current.CancellationToken);
                    answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                }
                catch (HttpRequestException)
                {
                    await Task.Delay(50, TestContext.Current.CancellationToken);
                }
            }
            Assert.Contains("\"label\":\"good\"", answer, StringComparison.Ordinal);
        }
        finally
        {
            server.Kill();
        }
    }

    [Theory]
    [InlineData("native-aot", 12)]
    [InlineData("single-file", 30)]
    public void Published_samples_work_and_are_small(string name, int mostMegabytes)
    {
        SkipUnlessWanted();
        if (name == "native-aot" && !File.Exists("/usr/bin/gcc") && !File.Exists("/usr/bin/clang"))
            Assert.Skip("needs a linker: apt-get install gcc zlib1g-dev");
        (int exitCode, string output) = packed.Run(
            packed.Samples, "dotnet", "publish", name, "-c", "Release", "-r", "linux-x64", "-o", packed[$"out-{name}"]);
        Assert.True(exitCode == 0, output);
        string program = Path.Combine(packed[$"out-{name}"], name);
        Assert.InRange(new FileInfo(program).Length >> 20, 0, mostMegabytes);
        string model = "reviews.tsv";
        if (name == "native-aot")
        {
            packed.Run(packed.Samples, "", "dotnet", [Build("console"), "reviews.tsv"]);
            model = "reviews.zip";
        }
        (exitCode, output) = packed.Run(packed.Samples, program, model, "not bad at all");
        Assert.True(exitCode == 0, output);
        Assert.Contains("good (", output, StringComparison.Ordinal);
    }

    private string Build(string sample)
    {
        SkipUnlessWanted();
        (int exitCode, string output) = packed.Run(
            packed.Samples, "dotnet", "build", sample, "-c", "Release", "-v", "q", "-nologo");
        Assert.True(exitCode == 0, output);
        return Path.Combine(packed.Samples, sample, "bin", "Release", "net10.0", $"{sample}.dll");
    }

    private string PathOf(string name, string kind) => Path.Combine(packed.Packages, $"{name}.{PackedPackages.Version}.{kind}");

    private static void SkipUnlessWanted() => Assert.SkipUnless(PackedPackages.IsWanted, PackedPackages.Unwanted);
}
