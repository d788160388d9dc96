using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using Unroll.Data;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Wasm;

/// <summary>
/// Trainings of a second or less. What each gives is a line that is the same on every machine where the bits are the same: a hash
/// of the model's parameters, and the lab's six losses.
/// </summary>
internal static class SmallTrainings
{
    public static IReadOnlyList<string> Names { get; } = ["lab", "readme", "default", "gru", "lstm"];

    public static string Run(string name) => name switch
    {
        "lab" => Lab(),
        "readme" => Describe(
            SentenceClassifier.Train(
                Readme, new TrainingOptions { Epochs = 100, Hidden = 16, Bidirectional = false, Threads = 1 }),
            "a lovely film"),
        "default" => Describe(
            SentenceClassifier.Train(LabRows, new TrainingOptions { Threads = 1 }), "The movie is good"),
        "gru" => Describe(
            SentenceClassifier.Train(
                Reviews, new TrainingOptions { Cell = Cell.Gru, Hidden = 32, Embedding = 50, Epochs = 2, Threads = 1 }),
            "a good film"),
        "lstm" => Describe(
            SentenceClassifier.Train(
                Reviews, new TrainingOptions { Cell = Cell.Lstm, Hidden = 32, Embedding = 50, Epochs = 1, Threads = 1 }),
            "a good film"),
        _ => throw new InputException($"no training is called {name}, expected one of {string.Join(", ", Names)}"),
    };

    private static LabelledText[] LabRows => [new("1", "The movie is good"), new("0", "The movie is bad")];

    private static LabelledText[] Readme =>
    [
        new("good", "what a lovely film"), new("bad", "what a dull film"),
        new("good", "lovely from start to finish"), new("bad", "dull from start to finish"),
    ];

    private static LabelledText[] Reviews =>
    [
        .. Enumerable.Range(0, 60).Select(i => i % 2 == 0
            ? new LabelledText("pos", $"a good film about number {i} that works well for the most part of it")
            : new LabelledText("neg", $"a bad film about number {i} that never works for the most part")),
    ];

    private static string Lab()
    {
        var config = new ModelConfig
        {
            Embedding = 0,
            Hidden = 2,
            Labels = ["0", "1"],
            Tokens = new Tokenizer(Lowercase: false),
            Unknown = UnknownWords.Refuse,
        };
        var options = new TrainingOptions
        {
            Initialization = Initialization.StandardNormal,
            Optimizer = OptimizerKind.Sgd,
            ClipNorm = null,
            Schedule = new LearningRateSchedule(ScheduleKind.Constant),
            Epochs = 300,
            LearningRate = 0.1f,
            BatchSize = 1,
            Shuffle = false,
            Threads = 1,
        };
        var vocabulary = new Vocabulary(["The", "movie", "is", "good", "bad"], UnknownWords.Refuse);
        SentenceClassifier classifier = SentenceClassifier.Create(config, vocabulary, options);
        IReadOnlyList<EpochReport> epochs = classifier.Fit(LabRows, options);
        IEnumerable<string> losses = epochs
            .Where((_, epoch) => epoch % 50 == 49)
            .Select(report => (report.TrainLoss * LabRows.Length).ToString("F4", CultureInfo.InvariantCulture));
        return $"{string.Join(' ', losses)} {Describe(classifier, "The movie is good")}";
    }

    private static string Describe(SentenceClassifier classifier, string text)
    {
        using var stream = new MemoryStream();
        classifier.Save(stream);
        using var archive = new ZipArchive(new MemoryStream(stream.ToArray()));
        using Stream parameters = archive.Entries.Single(entry => entry.Name == "model.safetensors").Open();
        string hash = Convert.ToHexString(SHA256.HashData(parameters))[..16];
        return $"{hash} {classifier.Predict(text).Label}";
    }
}
