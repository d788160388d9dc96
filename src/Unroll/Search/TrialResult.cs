using System.Text.Json;

namespace Unroll.Search;

/// <summary>What a trial reached at a rung, as a line of the journal has it.</summary>
/// <param name="Trial">Which trial, from 0.</param>
/// <param name="Rung">Which rung, from 0, the shortest.</param>
/// <param name="Epochs">How many epochs it has trained.</param>
public sealed record TrialResult(int Trial, int Rung, int Epochs)
{
    /// <summary>What ranks the trials, the higher the better; null for one whose training broke.</summary>
    public double? Score { get; init; }

    /// <summary>The loss on the dev rows, of the epoch that is kept, or at the last rung of the whole model.</summary>
    public double? DevLoss { get; init; }

    /// <summary>The accuracy on the dev rows, of the same.</summary>
    public double? DevAccuracy { get; init; }

    /// <summary>The macro-F1 on the dev rows, of the same.</summary>
    public double? DevMacroF1 { get; init; }

    /// <summary>The measure that ranks the trials after each epoch, of the network alone.</summary>
    public IReadOnlyList<double> Curve { get; init; } = [];

    /// <summary>Why the training broke; null for one that did not.</summary>
    public string? Failure { get; init; }

    /// <summary>Seconds that the worker spent on it, without what was lost with a worker that ended before.</summary>
    public double Seconds { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset Ended { get; init; }

    /// <summary>Who did it: machine and process.</summary>
    public string Worker { get; init; } = "";

    /// <summary>What ranks it.</summary>
    internal RungScore Rank => new(Trial, Rung, Score, DevLoss ?? double.PositiveInfinity);

    /// <summary>Writes what follows from rows and settings alone: the same whoever computes it, and how often.</summary>
    /// <param name="json">Inside an object.</param>
    public void WriteFields(Utf8JsonWriter json)
    {
        json.WriteNumber("trial", Trial);
        json.WriteNumber("rung", Rung);
        json.WriteNumber("epochs", Epochs);
        Write("score", Score);
        Write("dev_loss", DevLoss);
        Write("dev_accuracy", DevAccuracy);
        Write("dev_macro_f1", DevMacroF1);
        json.WriteStartArray("curve");
        foreach (double value in Curve)
            json.WriteNumberValue(value);
        json.WriteEndArray();
        if (Failure is not null)
            json.WriteString("failure", Failure);

        void Write(string name, double? value)
        {
            if (value is { } number)
                json.WriteNumber(name, number);
        }
    }

    /// <summary>Writes when and by whom it was computed, and how long that took.</summary>
    internal void WriteCircumstances(Utf8JsonWriter json)
    {
        json.WriteString("worker", Worker);
        json.WriteString("at", Ended);
        json.WriteNumber("seconds", Math.Round(Seconds, 3));
    }

    /// <summary>Reads a line of the journal.</summary>
    internal static TrialResult Read(JsonElement line)
    {
        return new TrialResult(
            line.GetProperty("trial").GetInt32(), line.GetProperty("rung").GetInt32(), line.GetProperty("epochs").GetInt32())
        {
            Score = Number("score"),
            DevLoss = Number("dev_loss"),
            DevAccuracy = Number("dev_accuracy"),
            DevMacroF1 = Number("dev_macro_f1"),
            Curve = [.. line.GetProperty("curve").EnumerateArray().Select(value => value.GetDouble())],
            Failure = line.TryGetProperty("failure", out JsonElement failure) ? failure.GetString() : null,
            Seconds = line.GetProperty("seconds").GetDouble(),
            Ended = line.GetProperty("at").GetDateTimeOffset(),
            Worker = line.GetProperty("worker").GetString()!,
        };

        double? Number(string name) => line.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : null;
    }
}
