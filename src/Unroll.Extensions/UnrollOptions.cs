namespace Unroll.Extensions;

/// <summary>How a program serves a model.</summary>
public sealed class UnrollOptions
{
    /// <summary>The model: its folder, or one file.</summary>
    public string Path { get; set; } = "";

    /// <summary>Whether the model is read again when its files change. Default: yes.</summary>
    public bool ReloadOnChange { get; set; } = true;

    /// <summary>How often files are looked at for a change. Default: every second.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the first load is tried where the files are being written. Default: 5.</summary>
    public int LoadTries { get; set; } = 5;

    /// <summary>How long to wait between two tries of the first load. Default: half a second.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The most tokens of a text; one that has more is refused. Null for the library's limit. Default: null.</summary>
    public int? MaximumTokens { get; set; }

    /// <summary>Below this probability a prediction abstains; null for what the model says. Default: null.</summary>
    public double? Threshold { get; set; }

    /// <summary>Whether recurrent weights are read rounded to 16 bits. Default: no.</summary>
    public bool HalfPrecision { get; set; }

    /// <summary>What metrics and traces call the model; null for the name of its folder or file. Default: null.</summary>
    public string? Name { get; set; }

    /// <summary>Throws when an option is out of range.</summary>
    /// <exception cref="InputException">With the option, its value and what was expected.</exception>
    public void Validate()
    {
        Require(Path.Length > 0, nameof(Path), "empty", "the folder or file of a model");
        Require(PollInterval > TimeSpan.Zero, nameof(PollInterval), PollInterval, "a positive time");
        Require(LoadTries >= 1, nameof(LoadTries), LoadTries, "a positive number");
        Require(RetryDelay >= TimeSpan.Zero, nameof(RetryDelay), RetryDelay, "no negative time");
        Require(MaximumTokens is null or >= 1, nameof(MaximumTokens), MaximumTokens, "a positive number");
        Require(Threshold is null or (>= 0 and <= 1), nameof(Threshold), Threshold, "a probability from 0 to 1");
    }

    private static void Require<T>(bool valid, string property, T value, string expected)
    {
        if (!valid)
            throw new InputException(FormattableString.Invariant($"UnrollOptions.{property} is {value}, expected {expected}"));
    }
}
