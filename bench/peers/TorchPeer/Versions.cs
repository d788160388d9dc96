namespace TorchPeer;

/// <summary>The versions that the project file names, as the JSON lines say them.</summary>
internal static class Versions
{
    private const string LibTorch = "2.10.0";

    public static string Peer { get; } =
        $"TorchSharp {typeof(TorchSharp.torch).Assembly.GetName().Version?.ToString(3) ?? "?"}, libtorch {LibTorch}";
}
