namespace Unroll.Storage;

/// <summary>The name of a choice in files and on the command line.</summary>
internal static class ChoiceName
{
    /// <summary>The name of a value.</summary>
    /// <param name="value">One of its enumeration.</param>
    public static string Of<T>(T value)
        where T : struct, Enum => Enum.GetName(value)!.ToLowerInvariant();
}
