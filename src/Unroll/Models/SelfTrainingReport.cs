using System.Text.Json;

namespace Unroll.Models;

/// <summary>What became of rows without labels.</summary>
public sealed record SelfTrainingReport
{
    /// <summary>How many rows there were.</summary>
    public required int Rows { get; init; }

    /// <summary>The number of their tokens.</summary>
    public required long Tokens { get; init; }

    /// <summary>Rows without any token. They are left out.</summary>
    public required int EmptyTexts { get; init; }

    /// <summary>Rows whose text is one of the rows to train on too. They are left out: their label is known.</summary>
    public required int RowsInTrain { get; init; }

    /// <summary>
    /// Rows whose text is one of the dev rows too. They are left out, so that dev rows stay rows that were never seen.
    /// </summary>
    public required int RowsInDev { get; init; }

    /// <summary>Rows whose text is one of the test rows too. They are taken, without their label, like any other.</summary>
    public required int RowsInTest { get; init; }

    /// <summary>Every label, and how many rows were learned with it, in the model's order.</summary>
    public required IReadOnlyList<KeyValuePair<string, int>> Labelled { get; init; }

    /// <summary>How many rows were learned.</summary>
    public int RowsLabelled => Labelled.Sum(entry => entry.Value);

    /// <summary>Tokens that the vocabulary has of these rows alone.</summary>
    public required int NewWords { get; init; }

    /// <summary>Accuracy on the dev rows of the first model, which saw the labelled rows alone; null without dev rows.</summary>
    public required double? FirstDevAccuracy { get; init; }

    /// <summary>Writes it as an object.</summary>
    /// <param name="json">Where to, in a place where a value may stand.</param>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("rows", Rows);
        json.WriteNumber("tokens", Tokens);
        json.WriteNumber("empty_texts", EmptyTexts);
        json.WriteNumber("rows_in_train", RowsInTrain);
        json.WriteNumber("rows_in_dev", RowsInDev);
        json.WriteNumber("rows_in_test", RowsInTest);
        json.WriteStartObject("labelled");
        foreach ((string label, int count) in Labelled)
            json.WriteNumber(label, count);
        json.WriteEndObject();
        json.WriteNumber("new_words", NewWords);
        if (FirstDevAccuracy is { } accuracy)
            json.WriteNumber("first_dev_accuracy", accuracy);
        json.WriteEndObject();
    }
}
