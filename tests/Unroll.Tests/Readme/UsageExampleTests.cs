using System.Globalization;
using Unroll.Data;
using Unroll.Evaluation;
using Unroll.Models;
using Unroll.Search;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Readme;

/// <summary>The programs of the README's and docs' sections on using a model run here.</summary>
public class UsageExampleTests
{
    private static readonly LabelledText[] Data =
    [
        new("good", "a lovely film"), new("bad", "a dull film"), new("good", "lovely lovely"), new("bad", "dull to the end"),
    ];

    [Fact]
    public void Words_come_one_by_one()
    {
        SentenceClassifier classifier = SentenceClassifier.Train(Data, new TrainingOptions { Epochs = 5, Bidirectional = false });
        // docs/guide.md
        PredictionStream stream = classifier.Stream();
        foreach (string word in (string[])["a", "lovely", "film"])
            Console.WriteLine($"{word}: {stream.Add(word).Label}");
        // docs/guide.md
        Assert.Equal(3, stream.Count);
        Check("docs/guide.md");
    }

    [Fact]
    public void Rows_come_from_a_file_or_a_stream()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("reviews.csv", "label,text\ngood,a lovely film\n");
        Stream stream = new MemoryStream("{\"stars\": 5, \"body\": \"a lovely film\"}\n"u8.ToArray());
        // docs/guide.md
        IEnumerable<LabelledText> reviews = DataFile.Read(path);    // TSV, CSV, JSON lines or fastText, .gz or not
        IEnumerable<LabelledText> posted = DataFile.Read(stream, new DataFormat { LabelColumn = "stars", TextColumn = "body" });
        // docs/guide.md
        Assert.Equal([new LabelledText("good", "a lovely film", 2)], reviews);
        Assert.Equal([new LabelledText("5", "a lovely film", 1)], posted);
        Check("docs/guide.md", 3, ("(path)", "(\"reviews.csv\")"));
    }

    [Fact]
    public void A_model_is_measured_and_calibrated()
    {
        SentenceClassifier classifier = SentenceClassifier.Train(Data, new TrainingOptions { Epochs = 5 });
        LabelledText[] dev = [.. Data, new("bad", "lovely")];
        LabelledText[] rows = dev;
        // docs/evaluation.md
        EvaluationResult result = classifier.Evaluate(dev);         // Accuracy, MacroF1, Loss, CalibrationError, Confusion
        CalibrationReport calibrated = classifier.Calibrate(dev);   // sets the temperature; loss and ECE before and after

        using var run = new EvaluationRun(classifier, mostMistakes: 10);   // rows as they come; keeps the worst mistakes alone
        foreach (LabelledText row in rows)
            run.Add(row);
        (EvaluationResult all, IReadOnlyList<Mistake> worst) = run.Finish();
        // docs/evaluation.md
        Assert.Equal(result.Loss, calibrated.LossBefore, 1e-12);
        Assert.Equal(calibrated.LossAfter, all.Loss, 1e-12);
        Assert.Equal(all.Rows - all.Confusion.Right, worst.Count);
        Check("docs/evaluation.md");
    }

    [Fact]
    public void A_training_is_watched_cancelled_and_goes_on()
    {
        using var folder = new TemporaryFolder();
        string state = folder["training.state"];
        LabelledText[] rows = [.. Enumerable.Repeat(Data, 5).SelectMany(each => each)];
        // docs/training.md
        using var cancel = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        var checkpoint = new CheckpointOptions(state) { Resume = true };
        var options = new TrainingOptions { Epochs = 4, Patience = 2, Checkpoint = checkpoint };
        SentenceClassifier classifier =
            SentenceClassifier.Train(rows, options, progress: new EpochLines(), cancellationToken: cancel.Token);
        File.Delete(state);
        // docs/training.md
        cancel.Cancel();
        Assert.Throws<OperationCanceledException>(() => SentenceClassifier.Train(rows, options, cancellationToken: cancel.Token));
        // It ended before the first step, while rows were read, so there is nothing to go on from.
        Assert.False(File.Exists(state));
        SentenceClassifier resumed = SentenceClassifier.Train(rows, options);
        Assert.Equal(classifier.Predict("a lovely film").Probability, resumed.Predict("a lovely film").Probability);
        Check("docs/training.md", variables: ("(state)", "(\"training.state\")"));
    }

    [Fact]
    public void Settings_are_searched_for()
    {
        using var temporary = new TemporaryFolder();
        string folder = temporary["found"];
        Directory.CreateDirectory(folder);
        IEnumerable<string> lines = Enumerable.Range(0, 60).Select(i => $"{Data[i % 4].Label}\t{Data[i % 4].Text} {i}\n");
        string path = temporary.Write("reviews.tsv", "label\ttext\n" + string.Concat(lines));
        // docs/search.md
        var options = new TrainingOptions { Epochs = 9 };
        var corpus = new Corpus(options.Tokenizer);
        corpus.AddRange(DataFile.Read(path));
        var space = new SearchSpace([new SettingRange("rate") { From = 0.001, To = 0.03, IsLog = true }]);
        SearchRows rows = SearchRows.Of(corpus, dev: null, test: null, testShare: 0.2, options);
        var search = new ModelSearch(folder, SuccessiveHalving.Of(trials: 9, eta: 3, epochs: 9), rows, number =>
        {
            IReadOnlyList<KeyValuePair<string, string>> drawn = space.Draw(seed: 42, number);
            float rate = float.Parse(drawn[0].Value, CultureInfo.InvariantCulture);
            return new SearchTrial(number, drawn, options with { LearningRate = rate });
        });
        search.Run(workers: 2, threads: 1, CancellationToken.None);
        SearchOutcome best = search.Progress().Outcome!;
        SentenceClassifier classifier = SentenceClassifier.Load(Path.Combine(folder, ModelSearch.ModelName));
        // docs/search.md
        Assert.Equal(search.Progress().Best!.Trial, best.Trial);
        Assert.Contains(classifier.Predict("a lovely film").Label, classifier.Config.Labels);
        Check("docs/search.md", 1, ("(path)", "(\"reviews.tsv\")"), ("(folder, ", "(\"found\", "));
    }

    // The part is that of this file, cut at the lines that name the document.
    private static void Check(string document, int part = 1, params (string Name, string Shown)[] variables)
    {
        string test = Read("tests/Unroll.Tests/Readme/UsageExampleTests.cs");
        string shifted = test.Split($"        // {document}\n")[part];
        string example = shifted.Replace("\n        ", "\n", StringComparison.Ordinal).Trim();
        foreach ((string name, string shown) in variables)
            example = example.Replace(name, shown, StringComparison.Ordinal);
        Assert.Contains($"```csharp\n{example}\n```", Read(document), StringComparison.Ordinal);
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(RepositoryRoot.Path, file));

    // docs/training.md shows it.
    private sealed class EpochLines : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress progress)
        {
            if (progress.Finished is { } epoch)
                Console.WriteLine($"epoch {epoch.Epoch}: dev accuracy {epoch.DevAccuracy:P1}");
        }
    }
}
