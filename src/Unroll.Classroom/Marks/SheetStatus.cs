namespace Unroll.Classroom.Marks;

/// <summary>How far a sheet came.</summary>
public enum SheetStatus
{
    /// <summary>It ran to its end and was marked.</summary>
    Marked,

    /// <summary>It is the template, with nothing filled in.</summary>
    Untouched,

    /// <summary>It does not compile.</summary>
    NotCompiled,

    /// <summary>It ended with an error.</summary>
    Crashed,

    /// <summary>It was still running when its time was over.</summary>
    TimedOut,

    /// <summary>It printed too much.</summary>
    Flooded,

    /// <summary>It held more memory than it may.</summary>
    OutOfMemory,

    /// <summary>It ran more processes than it may.</summary>
    TooManyProcesses,

    /// <summary>What it is written for is not installed.</summary>
    NotRun,

    /// <summary>It ran but reported nothing.</summary>
    NoTrace,

    /// <summary>Its file cannot be read.</summary>
    Unreadable,
}

/// <summary>What statuses are called in CSV and in JSON.</summary>
internal static class SheetStatusNames
{
    /// <summary>The status' name.</summary>
    public static string Name(this SheetStatus status) => status switch
    {
        SheetStatus.Marked => "marked",
        SheetStatus.Untouched => "untouched",
        SheetStatus.NotCompiled => "not compiled",
        SheetStatus.Crashed => "crashed",
        SheetStatus.TimedOut => "timed out",
        SheetStatus.Flooded => "flooded",
        SheetStatus.OutOfMemory => "out of memory",
        SheetStatus.TooManyProcesses => "too many processes",
        SheetStatus.NotRun => "not run",
        SheetStatus.NoTrace => "no trace",
        SheetStatus.Unreadable => "unreadable",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };
}
