using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Wasm;

namespace Unroll.Engine.Kernels;

/// <summary>
/// The kernels of every instruction set, fastest first, and the choice among them: made once, by what the machine has, or forced
/// by the environment variable <c>UNROLL_KERNELS</c>.
/// </summary>
internal static class KernelRegistry
{
    private const string ForceVariable = "UNROLL_KERNELS";

    private static readonly (IKernels Kernels, bool Fast)[] All =
    [
        (new SimdKernels<Simd512, Vector512<float>>("vector512"), Vector512.IsHardwareAccelerated),
        (new SimdKernels<Simd256, Vector256<float>>("vector256"), Vector256.IsHardwareAccelerated && HasFusedMultiplyAdd),
        (new SimdKernels<Simd128, Vector128<float>>("vector128"), Vector128.IsHardwareAccelerated && HasFusedMultiplyAdd),
        .. InWebAssembly,
        (new SimdKernels<SimdScalar, float>("scalar"), true),
    ];

    private static IKernels? _forced;

    /// <summary>The kernels in use.</summary>
    /// <exception cref="InputException">The environment variable names none.</exception>
    public static IKernels Current => _forced ?? FromEnvironment() ?? All.First(entry => entry.Fast).Kernels;

    /// <summary>Those that this machine runs in hardware, fastest first.</summary>
    public static IEnumerable<IKernels> Available => All.Where(entry => entry.Fast).Select(entry => entry.Kernels);

    // Only there, so that nobody forces it elsewhere.
    private static (IKernels Kernels, bool Fast)[] InWebAssembly =>
        PackedSimd.IsSupported ? [(new SimdKernels<SimdWasm, Vector128<float>>("wasm"), true)] : [];

    private static bool HasFusedMultiplyAdd =>
        System.Runtime.Intrinsics.X86.Fma.IsSupported || System.Runtime.Intrinsics.Arm.AdvSimd.Arm64.IsSupported;

    /// <summary>Uses one set until told otherwise; null gives the choice back to the machine.</summary>
    public static void Force(IKernels? kernels) => _forced = kernels;

    private static IKernels? FromEnvironment()
    {
        string? name = Environment.GetEnvironmentVariable(ForceVariable);
        if (string.IsNullOrEmpty(name))
            return null;
        return All.Select(entry => entry.Kernels).FirstOrDefault(kernels => kernels.Name == name)
            ?? throw new InputException(
                $"{ForceVariable} is {name}, expected one of {string.Join(", ", All.Select(entry => entry.Kernels.Name))}; "
                + "unset it for the fastest");
    }
}
