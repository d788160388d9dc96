using System.Text.Json;
using Unroll.Classroom.Equations;

namespace Unroll.Classroom.Sheets;

/// <summary>Sentences that a sheet read, and its parameters before and after.</summary>
/// <param name="Before">The five parameters before; each is null if it is not a table of numbers.</param>
internal sealed record ReportedStep(double[,]?[]? Before)
{
    /// <summary>The sentences that were read since the last update, one in a right sheet.</summary>
    public List<ReportedPass> Passes { get; } = [];

    /// <summary>The five parameters after the update; null if none was reported.</summary>
    public double[,]?[]? After { get; set; }
}

/// <summary>
/// The lines of JSON that a sheet writes into its trace (docs/classroom.md). Nothing in it is trusted: what cannot be read counts
/// as missing.
/// </summary>
internal sealed class SheetTrace
{
    /// <summary>The longest trace that is read.</summary>
    public const int MostBytes = 64 << 20;

    private readonly List<ReportedStep> _steps = [];
    private readonly List<(int[] Words, int Prediction)> _tests = [];
    private double[,]?[]? _current;

    /// <summary>H as the sheet sets it.</summary>
    public int? Hidden { get; private set; }

    /// <summary>The learning rate as the sheet sets it.</summary>
    public double? LearningRate { get; private set; }

    /// <summary>The place of each word's column in U, where the sheet has an order of its own.</summary>
    public int[]? Columns { get; private set; }

    /// <summary>The loss of each epoch.</summary>
    public double[] LossHistory { get; private set; } = [];

    /// <summary>Why a part of the trace could not be read.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whether the sheet reported no parameters.</summary>
    public bool IsEmpty => Initial is null;

    /// <summary>How many updates were reported.</summary>
    public int Updates { get; private set; }

    /// <summary>The test sentences and what the sheet predicts for each.</summary>
    public IReadOnlyList<(int[] Words, int Prediction)> Tests => _tests;

    /// <summary>What was computed between two updates, in order.</summary>
    public IReadOnlyList<ReportedStep> Steps => _steps;

    /// <summary>The five parameters after initialisation. Each is null if it is not a table of numbers.</summary>
    public double[,]?[]? Initial { get; private set; }

    /// <summary>The initial parameters of the sheet, where the grader then put others in their place.</summary>
    public double[,]?[]? Given { get; private set; }

    /// <summary>The parameters at the end.</summary>
    public double[,]?[]? Final { get; private set; }

    /// <summary>Reads a trace. A missing file is an empty trace.</summary>
    public static SheetTrace Read(string path)
    {
        if (!File.Exists(path))
            return new SheetTrace();
        if (new FileInfo(path).Length > MostBytes)
            return new SheetTrace { Problem = $"the trace is larger than {MostBytes >> 20} MiB" };
        return Parse(File.ReadLines(path));
    }

    /// <summary>Reads the lines of a trace.</summary>
    public static SheetTrace Parse(IEnumerable<string> lines)
    {
        var trace = new SheetTrace();
        int line = 0;
        foreach (string text in lines)
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

    /// <summary>The same trace as if the grader had changed no parameters at the beginning.</summary>
    public void UseGivenParameters()
    {
        if (Given is null || _steps.Count == 0)
            return;
        var first = new ReportedStep(Given) { After = _steps[0].After };
        first.Passes.AddRange(_steps[0].Passes);
        _steps[0] = first;
        Initial = Given;
    }

    private void Take(JsonElement line)
    {
        if (line.TryGetProperty("trace", out _))
        {
            Hidden = line.GetProperty("hidden").GetInt32();
            LearningRate = Number(line.GetProperty("learning_rate"));
            if (line.TryGetProperty("vocabulary", out JsonElement vocabulary))
                Columns = ColumnsOf(vocabulary);
        }
        else if (line.TryGetProperty("parameters", out JsonElement time))
        {
            TakeParameters(time.GetString() ?? "", [.. LabParameters.Names.Select(name => Table(line.GetProperty(name)))]);
        }
        else if (line.TryGetProperty("forward", out _))
        {
            int[] words = Words(line.GetProperty("sentence"));
            int label = Label(line.GetProperty("label"));
            double[,]? states = Table(line.GetProperty("hidden"));
            double[] logits = Numbers(line.GetProperty("logits"));
            Open().Passes.Add(new ReportedPass(words, label, states, logits, Number(line.GetProperty("loss"))));
        }
        else if (line.TryGetProperty("test", out JsonElement sentence))
        {
            _tests.Add((Words(sentence), line.GetProperty("prediction").GetInt32()));
        }
        else
        {
            LossHistory = Numbers(line.GetProperty("loss_history"));
        }
    }

    private void TakeParameters(string time, double[,]?[] parameters)
    {
        switch (time)
        {
            case "given":
                Given ??= parameters;
                return;
            case "initial":
                Initial ??= parameters;
                _current ??= parameters;
                return;
            case "changed":
                _current = parameters;
                return;
            case "final":
                Final ??= parameters;
                return;
            default:
                if (!time.StartsWith("update ", StringComparison.Ordinal))
                    throw new FormatException();
                Updates++;
                // An update without a sentence before it goes on with the last one.
                if (_steps.Count > 0 && (_steps[^1].After is null || _steps[^1].Passes.Count > 0))
                    _steps[^1].After = parameters;
                _current = parameters;
                return;
        }
    }

    // The step that takes the next sentence.
    private ReportedStep Open()
    {
        if (_steps.Count == 0 || _steps[^1].After is not null)
            _steps.Add(new ReportedStep(_current));
        return _steps[^1];
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

    // Plain numbers, or a row or a column of them.
    private static double[] Numbers(JsonElement value) =>
        [.. value.EnumerateArray().SelectMany(
            entry => entry.ValueKind == JsonValueKind.Array ? Numbers(entry) : [Number(entry)])];

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

    private static int[] ColumnsOf(JsonElement vocabulary)
    {
        string?[] words = [.. vocabulary.EnumerateArray().Select(word => word.GetString())];
        int[] columns = [.. LabExercise.Words.Select(word => Array.IndexOf(words, word))];
        return columns.All(column => column >= 0) && words.Length == columns.Length ? columns : throw new FormatException();
    }
}
