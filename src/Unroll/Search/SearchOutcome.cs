using System.Text.Json;

namespace Unroll.Search;

/// <summary>The end of a search: the best trial, and its model on rows that no trial saw.</summary>
/// <param name="Trial">Which trial is the best.</param>
/// <param name="TestRows">How many rows no trial saw.</param>
/// <param name="TestAccuracy">The accuracy on them.</param>
/// <param name="TestMacroF1">The macro-F1 on them.</param>
/// <param name="TestLoss">The loss on them.</param>
public sealed record SearchOutcome(int Trial, int TestRows, double TestAccuracy, double TestMacroF1, double TestLoss)
{
    /// <summary>Writes it as the fields of an object.</summary>
    /// <param name="json">Inside an object.</param>
    public void WriteFields(Utf8JsonWriter json)
    {
        json.WriteNumber("trial", Trial);
        json.WriteNumber("test_rows", TestRows);
        json.WriteNumber("test_accuracy", TestAccuracy);
        json.WriteNumber("test_macro_f1", TestMacroF1);
        json.WriteNumber("test_loss", TestLoss);
    }

    internal static SearchOutcome Read(JsonElement line) => new(
        line.GetProperty("trial").GetInt32(), line.GetProperty("test_rows").GetInt32(),
        line.GetProperty("test_accuracy").GetDouble(), line.GetProperty("test_macro_f1").GetDouble(),
        line.GetProperty("test_loss").GetDouble());
}
