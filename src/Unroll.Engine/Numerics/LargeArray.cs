using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Unroll.Engine.Numerics;

/// <summary>
/// Arrays of which those longer than two pages of two megabytes ask the system for such pages: it takes a tenth of the time
/// until they can be written to, and rows that are looked up here and there are found sooner. Linux alone is asked; elsewhere,
/// and where the answer is no, it is an array like any other.
/// </summary>
public static unsafe partial class LargeArray
{
    private const nint HugePage = 2 << 20;
    private const int AdviceHugePage = 14;

    private static bool _isUnknown = !OperatingSystem.IsLinux();

    /// <summary>Makes an array whose values are whatever stood there.</summary>
    /// <param name="length">How many values.</param>
    /// <param name="pinned">Whether a short array has a fixed address too.</param>
    public static T[] Uninitialized<T>(int length, bool pinned = false)
        where T : unmanaged
    {
        nint bytes = (nint)length * sizeof(T);
        bool isLarge = bytes >= 2 * HugePage;
        T[] array = GC.AllocateUninitializedArray<T>(length, pinned || isLarge);
        if (isLarge && !_isUnknown)
        {
            nint address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
            AskForHugePages(address, bytes);
        }
        return array;
    }

    /// <summary>Makes an array of zeros at a fixed address.</summary>
    /// <param name="length">How many values.</param>
    public static T[] PinnedZeros<T>(int length)
        where T : unmanaged
    {
        T[] array = Uninitialized<T>(length, pinned: true);
        array.AsSpan().Clear();
        return array;
    }

    // The pages that the array has for itself.
    private static void AskForHugePages(nint address, nint bytes)
    {
        nint first = (address + HugePage - 1) & ~(HugePage - 1);
        nint end = (address + bytes) & ~(HugePage - 1);
        try
        {
            _ = Advise(first, (nuint)(end - first), AdviceHugePage);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            _isUnknown = true;
        }
    }

    // madvise(2); what it returns says whether the advice was taken, which changes nothing.
    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);
}
