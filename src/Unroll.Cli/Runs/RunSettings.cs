using System.CommandLine;
using System.Text.Json;
using Unroll.Storage;
using Unroll.Training;

namespace Unroll.Cli.Runs;

/// <summary>What decides how a training goes: the rows and the options that <c>train.json</c> holds.</summary>
internal sealed class RunSettings
{
    /// <summary>Makes the options.</summary>
    public RunSettings()
    {
        Flags.AddPath(Dev);
        Flags.AddPath(Test);
        Flags.AddPath(Unlabelled);
        Format.AddTo(Flags);
        Training = new TrainFlags(Flags, Vectors);
        Flags.AddPath(Vectors);
        Flags.AddPath(From);
        Flags.AddPath(Old);
        Flags.Add(OldShare);
        Flags.Add(Pull);
        Flags.SetCondition(Old, HasModel, "--from");
        Flags.SetCondition(OldShare, parsed => HasModel(parsed) && parsed.GetValue(Old) is not null, "--from and --old");
        Flags.SetCondition(Pull, HasModel, "--from");
        Flags.Add(NoBaselines);
        Flags.Add(CheckpointSteps);
        Flags.Add(CheckpointMinutes);
    }

    /// <summary>Every option, in the order of the file.</summary>
    public Flags Flags { get; } = new();

    /// <summary>Those of the model and of how it is trained.</summary>
    public TrainFlags Training { get; }

    /// <summary>Those of how rows are read.</summary>
    public DataOptions Format { get; } = new();

    public Argument<string?> Data { get; } = new("DATA")
    {
        Description = $"Rows to train on: {DataOptions.Formats}",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Option<string?> Dev { get; } =
        Options.Text("--dev", "Rows to measure on after every epoch [default: some split off DATA]", "FILE");

    public Option<string?> Test { get; } = Options.Text("--test", "Rows to measure on at the end", "FILE");

    public Option<string?> Unlabelled { get; } = Options.Text(
        "--unlabelled", "Texts without labels that help the training, one a line or as rows of data, whose labels are left out",
        "FILE");

    public Option<string?> Vectors { get; } =
        Options.Text("--vectors", "Pre-trained word vectors in GloVe's or word2vec's text format", "FILE");

    public Option<string?> From { get; } = Options.Text(
        "--from", "A model to train further: it learns DATA, with new labels and words, beside what it knows", "MODEL");

    public Option<string?> Old { get; } =
        Options.Text("--old", "With --from: rows that the model was trained on, of which a share is learned again", "FILE");

    public Option<float> OldShare { get; } = Options.PositiveNumber(
        "--old-share", "With --old: the share that is learned again", (float)new FineTuningOptions().OldShare);

    public Option<float> Pull { get; } = Options.Number(
        "--pull", "With --from: how strongly parameters are pulled towards what they were, such as 10", 0);

    public Option<bool> NoBaselines { get; } =
        Options.Switch("--no-baselines", "Do not compare with simpler models", false);

    public Option<int?> CheckpointSteps { get; } =
        Options.OptionalInteger("--checkpoint-steps", "Steps between two checkpoints", 1);

    public Option<float> CheckpointMinutes { get; } =
        Options.PositiveNumber("--checkpoint-minutes", "Minutes between two checkpoints", 1);

    private bool HasModel(ParseResult parsed) => parsed.GetValue(From) is not null;

    /// <summary>The settings of a training that is given none.</summary>
    public static byte[] Defaults()
    {
        var settings = new RunSettings();
        var command = new Command("train") { settings.Data };
        foreach (Option option in settings.Flags.All)
            command.Add(option);
        return settings.ToJson(command.Parse([]), path => path);
    }

    /// <summary>The settings of a command line, as <c>train.json</c> has them.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="path">How the name of a file is written.</param>
    public byte[] ToJson(ParseResult parsed, Func<string, string> path)
    {
        var readable = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JsonLine.Encoder };
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, readable))
        {
            json.WriteStartObject();
            if (parsed.GetValue(Data) is { } data)
                json.WriteString(SettingsFile.DataKey, path(data));
            Flags.Write(json, parsed, path);
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }
}
