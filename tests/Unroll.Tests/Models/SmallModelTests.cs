using Unroll.Data;
using Unroll.Export;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>Models that are made smaller, and what they are stored as.</summary>
public class SmallModelTests
{
    private static LabelledText[] Rows(int seed, int count)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, count).Select(_ =>
            {
                bool isGood = random.Next(2) == 0;
                string word = isGood ? "lovely" : "dull";
                return new LabelledText(
                    isGood ? "good" : "bad", $"a {word} film w{random.Next(400)} w{random.Next(400)} {word}");
            }),
        ];
    }

    private static SentenceClassifier Train(TrainingOptions options) => SentenceClassifier.Train(
        Rows(1, 400), options with
        {
            Embedding = 20,
            Hidden = options.Cell == Cell.Transformer ? 20 : 8,
            Epochs = 6,
            Threads = 1,
        },
        cancellationToken: TestContext.Current.CancellationToken);

    public static TheoryData<string> Kinds => ["usual", "network", "linear", "several", "pieces", "transformer", "characters"];

    private static TrainingOptions Of(string kind) => kind switch
    {
        "usual" => new TrainingOptions(),
        "network" => new TrainingOptions { Linear = false, Cell = Cell.Lstm },
        "linear" => new TrainingOptions { Networks = 0 },
        "several" => new TrainingOptions { Networks = 2 },
        "pieces" => new TrainingOptions { Subwords = true },
        "transformer" => new TrainingOptions { Cell = Cell.Transformer, Linear = false, Pooling = Pooling.Mean },
        "characters" => new TrainingOptions { Tokens = TokenKind.Char },
        _ => throw new InvalidOperationException(kind),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_small_model_is_small_and_is_what_is_loaded(string kind)
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier classifier = Train(Of(kind));
        classifier.Save(folder["whole"]);
        classifier.Save(folder["whole.zip"]);
        LabelledText[] rows = Rows(2, 200);
        double whole = classifier.Evaluate(rows, threads: 1).Accuracy;
        foreach (bool isArchive in (bool[])[true, false])
        {
            string target = isArchive ? "small.zip" : "small";
            long most = (kind is "pieces" ? 2 : 1) * SizeOf(folder[isArchive ? "whole.zip" : "whole"]) / 5;
            var tried = new List<SmallModelTrial>();
            SentenceClassifier small = SmallModel.Make(classifier, most, rows, isArchive, tried.Add, threads: 1);
            small.Save(folder[target]);
            Assert.InRange(SizeOf(folder[target]), 1, most);
            Assert.True(small.Config.Int8);
            Assert.NotEmpty(tried);
            Assert.All(tried, trial => Assert.InRange(trial.Bytes, 1, most));
            double accuracy = small.Evaluate(rows, threads: 1).Accuracy;
            Assert.True(accuracy >= whole - 0.02, $"{kind}: {accuracy}, of {whole}");
            SentenceClassifier loaded = SentenceClassifier.Load(folder[target]);
            Assert.Equal(small.Predict("a lovely film w3"), loaded.Predict("a lovely film w3"));
            // What was read is written with the same bytes.
            loaded.Save(folder["again" + target]);
            Assert.Equal(Bytes(folder[target]), Bytes(folder["again" + target]));
        }
    }

    [Fact]
    public void What_is_trained_further_is_of_floats_again()
    {
        SentenceClassifier small = SmallModel.Make(Train(new TrainingOptions()), 40_000, Rows(2, 100), threads: 1);
        SentenceClassifier tuned = small.FineTune(Rows(3, 60), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((true, false), (small.Config.Int8, tuned.Config.Int8));
    }

    [Fact]
    public void What_cannot_be_so_small_says_how_small_it_can_be()
    {
        SentenceClassifier classifier = Train(new TrainingOptions { Linear = false });
        InputException e = Assert.Throws<InputException>(() => SmallModel.Make(classifier, 900, Rows(2, 50), threads: 1));
        Assert.Matches(@"^the model has \d+ bytes at least, expected at most 900: its layers alone take that; ", e.Message);
        Assert.Throws<InputException>(() => SmallModel.Make(classifier, 90_000, [], threads: 1));
    }

    [Fact]
    public void A_matrix_is_kept_to_half_a_step_of_its_row_and_a_second_time_to_the_bit()
    {
        float[] values = [0, 0, 0, 1e-3f, -5, 2.5f, 1e30f, -1e29f, 3, float.Epsilon, 0, 0];
        NamedTensor[] tensors = [new("w", [4, 3], values), new("b", [2], new float[] { 1, 2 })];
        var first = Int8Rows.Of(tensors);
        Assert.Equal(["w I8", "w.scale F32", "b F32"], first.Select(tensor => $"{tensor.Name} {tensor.Type}"));
        float[] read = Read(first);
        for (int i = 0; i < values.Length; i++)
        {
            float most = values.Skip(i / 3 * 3).Take(3).Max(Math.Abs);
            Assert.True(Math.Abs(values[i] - read[i]) <= (most / 254 * 1.001f) + 1e-36f, $"{values[i]} is {read[i]}");
        }
        Assert.Equal(read, Read(Int8Rows.Of([new("w", [4, 3], read), tensors[1]])));

        static float[] Read(IReadOnlyList<NamedTensor> stored)
        {
            using var memory = new MemoryStream();
            SafetensorsWriter.Write(memory, stored, new Dictionary<string, string>());
            float[] values = new float[12];
            Int8Rows.Read(SafetensorsFile.Parse(memory.ToArray(), "x"), "w", values);
            return values;
        }
    }

    private static long SizeOf(string path) =>
        File.Exists(path) ? new FileInfo(path).Length : new DirectoryInfo(path).EnumerateFiles().Sum(file => file.Length);

    private static byte[] Bytes(string path) => File.Exists(path)
        ? File.ReadAllBytes(path)
        : [.. new DirectoryInfo(path).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal).SelectMany(
            file => File.ReadAllBytes(file.FullName))];
}
