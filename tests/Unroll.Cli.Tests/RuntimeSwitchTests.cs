using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>Switches that choose other instructions cost time and change no byte of a trained model.</summary>
public sealed class RuntimeSwitchTests(RuntimeSwitchTests.Reference reference) : IClassFixture<RuntimeSwitchTests.Reference>
{
    [Theory]
    [InlineData("UNROLL_KERNELS=vector128")]
    [InlineData("UNROLL_KERNELS=scalar")]
    [InlineData("DOTNET_EnableAVX512=0")]
    [InlineData("DOTNET_EnableAVX2=0")]
    [InlineData("DOTNET_EnableHWIntrinsic=0")]
    [InlineData("DOTNET_TieredCompilation=0")]
    [InlineData("DOTNET_TieredPGO=0")]
    public void A_switch_changes_no_byte_of_a_model(string setting)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(reference.Model, Train(folder, setting));
    }

    // Clipped at a norm that every step is above, with adversarial steps.
    private static byte[] Train(TemporaryFolder folder, string setting)
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("sets the variable with env, which Windows does not have");
        CommandRun run = Repository.Run(
            "env", setting, Repository.Command, "train", Path.Combine(Repository.Root, "samples", "reviews.tsv"), "--hidden", "9",
            "--embedding", "7", "--epochs", "1", "--clip", "0.01", "--adversarial", "0.1", "--out",
            folder["model"]);
        Assert.True(run.ExitCode == 0, run.Error);
        return File.ReadAllBytes(folder["model/model.safetensors"]);
    }

    /// <summary>What the machine's own choice gives.</summary>
    public sealed class Reference
    {
        private readonly Lazy<byte[]> _model = new(
            () =>
            {
                using var folder = new TemporaryFolder();
                return Train(folder, "UNROLL_KERNELS=");
            },
            LazyThreadSafetyMode.PublicationOnly);

        public byte[] Model => _model.Value;
    }
}
