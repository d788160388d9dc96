using System.Text.Json;

namespace Unroll.Cli.Classroom;

/// <summary>What a sheet says it computed on one training sentence.</summary>
/// <param name="Words">The words' places in the vocabulary, [T].</param>
/// <param name="Label">The right label.</param>
/// <param name="States">Hidden states as reported, [T+1][H] if all is well.</param>
/// <param name="Logits">[C] if all is well.</param>
/// <param name="Loss">The loss of the sentence.</param>
internal sealed record ReportedPass(int[] Words, int Label, double[,]? States, double[] Logits, double Loss);

/// <summary>
/// The lines of JSON that a sheet writes into its trace (docs/classroom.md): nothing in it is believed, and what cannot be read is
/// missing.
/// </summary>
internal sealed class SheetTrace
{
    private const int MostBytes = 64 << 20;

    private readonly Dictionary<string, double[,]?[]> _parameters = [];
    private readonly Dictionary<int, ReportedPass> _passes = [];
    private readonly List<(int[] Words, int Prediction)> _tests = [];

    /// <summary>H as the sheet sets it.</summary>
    public int? Hidden { get; private set; }

    public double? LearningRate { get; private set; }

    public double[] LossHistory { get; private set; } = [];

    /// <summary>The first line that is no part of a trace.</summary>
    public string? Problem { get; private set; }

    public bool IsEmpty => _parameters.Count == 0;

    public IReadOnlyList<(int[] Words, int Prediction)> Tests => _tests;

    /// <summary>The five parameters at a time, each null where it is no table of numbers.</summary>
    /// <param name="time">"initial", "update 1", "update 2" or "final".</param>
    public double[,]?[]? Parameters(string time) => _parameters.GetValueOrDefault(time);

    /// <summary>The first or second training sentence.</summary>
    public ReportedPass? Pass(int number) => _passes.GetValueOrDefault(number);

    /// <summary>Reads a trace; a file that is missing is an empty trace.</summary>
    public static SheetTrace Read(string path)
    {
        var trace = new SheetTrace();
        if (!File.Exists(path))
            return trace;
        if (new FileInfo(path).Length > MostBytes)
        {
            trace.Problem = $"the trace is larger than {MostBytes >> 20} MiB";
            return trace;
        }
        int line = 0;
        foreach (string text in File.ReadLines(path))
        {
            line++;
            try
            {
                using JsonDocument json = JsonDocument.Parse(text);
                trace.Take(json.RootElement);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
            {
                trace.Problem ??= $"line {line} of the trace is not what Report writes";
            }
        }
        return trace;
    }

    private void Take(JsonElement line)
    {
        if (line.TryGetProperty("trace", out _))
        {
            Hidden = line.GetProperty("hidden").GetInt32();
            LearningRate = Number(line.GetProperty("learning_rate"));
        }
        else if (line.TryGetProperty("parameters", out JsonElement time))
        {
            _parameters.TryAdd(time.GetString() ?? "", [.. LabParameters.Names.Select(name => Table(line.GetProperty(name)))]);
        }
        else if (line.TryGetProperty("forward", out JsonElement number))
        {
            _passes.TryAdd(number.GetInt32(), new ReportedPass(
                Words(line.GetProperty("sentence")), Label(line.GetProperty("label")), Table(line.GetProperty("hidden")),
                [.. line.GetProperty("logits").EnumerateArray().Select(Number)], Number(line.GetProperty("loss"))));
        }
        else if (line.TryGetProperty("test", out JsonElement sentence))
        {
            _tests.Add((Words(sentence), line.GetProperty("prediction").GetInt32()));
        }
        else
        {
            LossHistory = [.. line.GetProperty("loss_history").EnumerateArray().Select(Number)];
        }
    }

    // A list of numbers is a column.
    private static double[,]? Table(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
            return null;
        JsonElement[] rows = [.. value.EnumerateArray()];
        if (rows.Length == 0)
            return new double[0, 0];
        int columns = rows[0].ValueKind == JsonValueKind.Array ? rows[0].GetArrayLength() : 1;
        double[,] table = new double[rows.Length, columns];
        for (int i = 0; i < rows.Length; i++)
        {
            JsonElement[] row = rows[i].ValueKind == JsonValueKind.Array ? [.. rows[i].EnumerateArray()] : [rows[i]];
            if (row.Length != columns || row.Any(entry => entry.ValueKind == JsonValueKind.Array))
                return null;
            for (int j = 0; j < columns; j++)
                table[i, j] = Number(row[j]);
        }
        return table;
    }

    // What is no finite number is written in quotes.
    private static double Number(JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.NaN;

    private static int Label(JsonElement label) =>
        label.GetInt32() is var number and >= 0 and < LabParameters.Classes ? number : throw new FormatException();

    private static int[] Words(JsonElement sentence)
    {
        int[] words = [.. sentence.EnumerateArray().Select(word => Array.IndexOf(LabExercise.Words, word.GetString()))];
        return words.Length > 0 && words.All(word => word >= 0) ? words : throw new FormatException();
    }
}
