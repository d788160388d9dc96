using System.Runtime.InteropServices.JavaScript;
using System.Runtime.Versioning;
using Unroll.Live;

namespace Unroll.Play;

/// <summary>The live lab as a function of the browser's worker: JSON in, JSON out.</summary>
[SupportedOSPlatform("browser")]
internal static partial class Program
{
    private static readonly LiveLab Lab = new();

    /// <summary>Nothing is done before the first request.</summary>
    public static void Main()
    {
    }

    /// <summary>Answers a request, as <see cref="LiveLab.Call"/> says.</summary>
    [JSExport]
    internal static string Call(string request) => Lab.Call(request);
}
