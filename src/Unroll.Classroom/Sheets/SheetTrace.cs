using System.Text.Json;
using Unroll.Classroom.Equations;

namespace Unroll.Classroom.Sheets;

/// <summary>
/// The lines of JSON that a sheet writes into its trace (docs/classroom.md). Nothing in it is trusted: what cannot be read counts
/// as missing.
/// </summary>
internal sealed class SheetTrace
{
    private const int MostBytes = 64 << 20;

    private readonly Dictionary<string, double[,]?[]> _parameters = [];
    private readonly Dictionary<int, ReportedPass> _passes = [];
    private readonly List<(int[] Words, int Prediction)> _tests = [];

    /// <summary>H as the sheet sets it.</summary>
    public int? Hidden { get; private set; }

    /// <summary>The learning rate as the sheet sets it.</summary>
    public double? LearningRate { get; private set; }

    /// <summary>The loss of each epoch.</summary>
    public double[] LossHistory { get; private set; } = [];

    /// <summary>Why a part of the trace could not be read.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whether the sheet reported no parameters.</summary>
    public bool IsEmpty => _parameters.Count == 0;

    /// <summary>The test sentences and what the sheet predicts for each.</summary>
    public IReadOnlyList<(int[] Words, int Prediction)> Tests => _tests;

    /// <summary>The five parameters after initialisation. Each is null if it is not a table of numbers.</summary>
    public double[,]?[]? Initial => _parameters.GetValueOrDefault("initial");

    /// <summary>The parameters after the first training sentence.</summary>
    public double[,]?[]? AfterFirst => _parameters.GetValueOrDefault("update 1");

    /// <summary>The parameters after the second training sentence.</summary>
    public double[,]?[]? AfterSecond => _parameters.GetValueOrDefault("update 2");

    /// <summary>The parameters at the end.</summary>
    public double[,]?[]? Final => _parameters.GetValueOrDefault("final");

    /// <summary>What was computed on the first or the second training sentence.</summary>
    /// <param name="number">1 or 2.</param>
    public ReportedPass? Pass(int number) => _passes.GetValueOrDefault(number);

    /// <summary>Reads a trace. A missing file is an empty trace.</summary>
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
            int[] words = Words(line.GetProperty("sentence"));
            int label = Label(line.GetProperty("label"));
            double[,]? states = Table(line.GetProperty("hidden"));
            double[] logits = [.. line.GetProperty("logits").EnumerateArray().Select(Number)];
            _passes.TryAdd(number.GetInt32(), new ReportedPass(words, label, states, logits, Number(line.GetProperty("loss"))));
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

    // Rows of numbers, or plain numbers, which are a column.
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

    // Infinity and NaN are written in quotes; both count as NaN here.
    private static double Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.NaN;

    private static int Label(JsonElement label) =>
        label.GetInt32() is var number and >= 0 and < LabParameters.Classes ? number : throw new FormatException();

    private static int[] Words(JsonElement sentence)
    {
        int[] words = [.. sentence.EnumerateArray().Select(word => LabExercise.WordId(word.GetString()))];
        return words.Length > 0 && words.All(word => word >= 0) ? words : throw new FormatException();
    }
}
