using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Unroll.Data;
using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Storage;

namespace Unroll.Training;

/// <summary>
/// The state of a training in one safetensors file: parameters, the best ones so far, the optimizer's moments and the steps that
/// rows of word vectors have yet to make up for; in its metadata the <see cref="TrainingPosition"/>, a SHA-256 of what it belongs
/// to (settings, model, rows), and one of its own content.
/// </summary>
internal sealed class TrainingCheckpoint
{
    private const string BeginAgain = "begin again without CheckpointOptions.Resume";
    private const string FormatKey = "format";
    private const string Format = "unroll-checkpoint/2";
    private const string RunKey = "run";
    private const string PositionKey = "position";
    private const string OptimizerStepsKey = "optimizer_steps";
    private const string HashKey = "sha256";
    private const string RowsName = "optimizer.rows";
    private const string SubwordsName = "optimizer.subwords";
    private const string MissedName = "optimizer.missed";

    private readonly CheckpointOptions _options;
    private readonly IReadOnlyList<NetworkTraining> _networks;
    private readonly (string Name, ReadOnlyMemory<float> Values, Action<float[]> Set)[] _arenas;
    private readonly string[] _prefixes;
    private readonly string _run;
    private readonly RankAgreement? _ranks;
    private long _lastTime = Stopwatch.GetTimestamp();
    private long _lastSteps;

    /// <summary>Binds a file to a training.</summary>
    /// <param name="options">Where the file is, and when to write it.</param>
    /// <param name="networks">Have parameters and optimizers, whose steps are the same.</param>
    /// <param name="run">What the state belongs to, from <see cref="RunHash"/>.</param>
    /// <param name="ranks">The ranks that train together, of which the first has the file; null for a process alone.</param>
    /// <exception cref="InputException">The state is larger than a file that can be read back.</exception>
    public TrainingCheckpoint(
        CheckpointOptions options, IReadOnlyList<NetworkTraining> networks, string run, RankAgreement? ranks)
    {
        (_options, _networks, _run, _ranks) = (options, networks, run, ranks);
        _prefixes =
            [.. networks.Select((_, k) => networks.Count > 1 ? FormattableString.Invariant($"networks.{k}.") : "")];
        _arenas = [.. networks.SelectMany((network, k) => ArenasOf(network, _prefixes[k]))];
        long bytes = sizeof(float) * _arenas.Sum(arena => (long)arena.Values.Length);
        if (bytes > SafetensorsFile.MostBytes)
        {
            throw new InputException(
                $"{options.Path}: would have {bytes} bytes, expected at most {SafetensorsFile.MostBytes}; take a smaller " +
                "TrainingOptions.MaximumVocabulary or TrainingOptions.Embedding, or train without TrainingOptions.Checkpoint");
        }
    }

    private static IEnumerable<(string Name, ReadOnlyMemory<float> Values, Action<float[]> Set)> ArenasOf(
        NetworkTraining network, string prefix)
    {
        TrainingStep step = network.Step;
        return
        [
            (prefix + "parameters", step.Network.Parameters.Memory, values => step.Network.Parameters.CopyFrom(values)),
            (prefix + "kept", network.Kept.Memory, values => network.Kept.CopyFrom(values)),
            (prefix + "optimizer.first", step.Optimizer.First, values => values.CopyTo(step.Optimizer.First)),
            (prefix + "optimizer.second", step.Optimizer.Second, values => values.CopyTo(step.Optimizer.Second)),
            (prefix + RowsName, step.WaitingRows.Rows, values => values.CopyTo(step.WaitingRows.Rows)),
            (prefix + SubwordsName, step.WaitingRows.Subwords, values => values.CopyTo(step.WaitingRows.Subwords)),
            (prefix + MissedName, step.WaitingRows.Missed, values => values.CopyTo(step.WaitingRows.Missed)),
        ];
    }

    /// <summary>A hash of all that decides how a training goes: a state of one must not go on in another.</summary>
    /// <param name="model">What tells the model from others: its configuration and vocabulary.</param>
    /// <param name="options">Resolved settings.</param>
    /// <param name="train">Rows to train on.</param>
    /// <param name="dev">Rows to measure on; null for none.</param>
    public static string RunHash(ReadOnlySpan<byte> model, TrainingOptions options, EncodedTexts train, EncodedTexts? dev)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(model);
        hash.AppendData(Encoding.UTF8.GetBytes(Describe(options)));
        foreach (EncodedTexts texts in new[] { train, dev }.OfType<EncodedTexts>())
            texts.AppendTo(hash);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Writes the file if steps or time ask for it.</summary>
    public void WriteIfDue(TrainingPosition position)
    {
        bool due = position.Steps - _lastSteps >= _options.EverySteps || Stopwatch.GetElapsedTime(_lastTime) >= _options.Every;
        if (due)
            Write(position);
    }

    /// <summary>Writes the file; of several ranks the first does.</summary>
    public void Write(TrainingPosition position)
    {
        if (_ranks is { Saves: false })
            return;
        (_lastTime, _lastSteps) = (Stopwatch.GetTimestamp(), position.Steps);
        NamedTensor[] tensors = [.. _arenas.Select(arena => new NamedTensor(arena.Name, [arena.Values.Length], arena.Values))];
        var metadata = new Dictionary<string, string>
        {
            [FormatKey] = Format,
            [RunKey] = _run,
            [PositionKey] = TrainingPositionJson.Write(position),
            [OptimizerStepsKey] = _networks[0].Step.Optimizer.Steps.ToString(CultureInfo.InvariantCulture),
        };
        metadata[HashKey] = HashOf(metadata, arena => SafetensorsWriter.LittleEndianBytes(arena.Values.Span));
        try
        {
            DurableFile.Replace(_options.Path, stream => SafetensorsWriter.Write(stream, tensors, metadata));
        }
        catch (Exception e) when (WriteFailure.Is(e))
        {
            if (_options.Failed is null)
                throw WriteFailure.Of(_options.Path, e, "path");
            _options.Failed(e);
        }
    }

    /// <summary>Puts parameters, optimizer and kept parameters back as they were.</summary>
    /// <returns>Where the training stood; null if there is no file or it shall not be read.</returns>
    /// <exception cref="InputException">The file is damaged or belongs to another training.</exception>
    public TrainingPosition? Restore()
    {
        if ((_ranks is null ? ReadFile() : _ranks.FromFirst(_ranks.Saves ? ReadFile() : null)) is not { } bytes)
            return null;
        SafetensorsFile file = SafetensorsFile.Parse(bytes, _options.Path);
        if (file.Metadata.GetValueOrDefault(FormatKey) != Format)
        {
            throw new InputException(
                $"{_options.Path}: no checkpoint of this version, expected \"format\": \"{Format}\"; {BeginAgain}");
        }
        if (file.Metadata.GetValueOrDefault(RunKey) != _run)
        {
            throw new InputException(
                $"{_options.Path}: belongs to a training with other rows or other settings; " +
                $"give the files and settings it began with, or {BeginAgain}");
        }
        Dictionary<string, string> metadata = file.Metadata.Where(entry => entry.Key != HashKey).ToDictionary();
        foreach ((string name, ReadOnlyMemory<float> values, _) in _arenas)
            file.Require(name, [values.Length]);
        if (file.Metadata.GetValueOrDefault(HashKey) != HashOf(metadata, arena => file.BytesOf(arena.Name)))
            throw Damaged(_options.Path, "other bytes than were written");
        // Each is looked at before any is put back.
        (Action<float[]> Set, float[] Values)[] restored =
            [.. _arenas.Select(arena => (arena.Set, file.ReadFiniteSingles(arena.Name)))];
        if (!_prefixes.All(prefix => TrainingStep.IsWaitingRows(
            file.ReadFiniteSingles(prefix + RowsName), file.ReadFiniteSingles(prefix + SubwordsName),
            file.ReadFiniteSingles(prefix + MissedName))))
            throw Damaged(_options.Path, "impossible steps of word vectors");
        string? text = metadata.GetValueOrDefault(OptimizerStepsKey);
        if (!long.TryParse(text, CultureInfo.InvariantCulture, out long steps) || steps < 0)
            throw Damaged(_options.Path, $"no number of steps under {OptimizerStepsKey}");
        TrainingPosition position = ReadPosition(metadata, _options.Path);
        foreach ((Action<float[]> set, float[] values) in restored)
            set(values);
        foreach (NetworkTraining network in _networks)
            network.Step.Optimizer.Steps = steps;
        _lastSteps = position.Steps;
        return position;
    }

    /// <summary>The epochs that the training in a checkpoint has ended; none where there is no checkpoint.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file is damaged, or one of another version.</exception>
    public static IReadOnlyList<EpochReport> ReportsIn(string path)
    {
        if (!File.Exists(path))
            return [];
        SafetensorsFile file = SafetensorsFile.Parse(
            InputFile.ReadRegular(path, $"make it readable or {BeginAgain}"), path);
        return ReadPosition(file.Metadata, path).Reports;
    }

    private byte[]? ReadFile() => _options.Resume && File.Exists(_options.Path)
        ? InputFile.ReadRegular(_options.Path, $"make it readable or {BeginAgain}")
        : null;

    /// <summary>A checkpoint that no training can have written.</summary>
    /// <param name="path">The file.</param>
    /// <param name="found">What is wrong with it.</param>
    /// <param name="inner">What found it; null for nobody else.</param>
    public static InputException Damaged(string path, string found, Exception? inner = null)
    {
        string message = $"{path}: damaged since it was written ({found}); restore it or {BeginAgain}";
        return inner is null ? new InputException(message) : new InputException(message, inner);
    }

    private static TrainingPosition ReadPosition(IReadOnlyDictionary<string, string> metadata, string path)
    {
        try
        {
            return TrainingPositionJson.Read(metadata.GetValueOrDefault(PositionKey) ?? "");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or OverflowException)
        {
            throw Damaged(path, $"no place in the training under {PositionKey}", e);
        }
    }

    private delegate ReadOnlySpan<byte> BytesOf((string Name, ReadOnlyMemory<float> Values, Action<float[]> Set) arena);

    private string HashOf(Dictionary<string, string> metadata, BytesOf bytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string key, string value) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            hash.AppendData(MemoryMarshal.AsBytes($"{key}={value}\n".AsSpan()));
        foreach ((string Name, ReadOnlyMemory<float> Values, Action<float[]> Set) arena in _arenas)
            hash.AppendData(bytes(arena));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // A record prints all its members, so a new setting cannot be forgotten here. Threads, the checkpoint and who watches decide
    // nothing.
    private static string Describe(TrainingOptions options)
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            string weights = string.Join(' ', options.ClassWeights ?? []);
            return (options with
            {
                Threads = null,
                Checkpoint = null,
                Communicator = null,
                GradientFlow = null,
                ClassWeights = null,
                WordVectorsFile = null,
                Precision = null,
            }) + weights;
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }
}
