using System.Globalization;
using OrtPeer;
using Unroll.Models;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args.Length < 3)
{
    Console.Error.WriteLine(
        "usage: OrtPeer MODEL_FOLDER MODEL.onnx TEXTS.tsv [SECONDS]        a JSON line a measurement, both programs in turn");
    return 2;
}
double seconds = args.Length > 3 ? double.Parse(args[3]) : 2;
var model = SentenceClassifier.Load(args[0]);
SentenceClassifier half = SentenceClassifier.Load(args[0]);
half.HalfPrecision = true;
string[] texts = [.. File.ReadLines(args[2]).Skip(1).Select(line => line.Split('\t', 2)[1])];
using var alone = new OrtClassifier(model, args[1], threads: 1);
using var pair = new OrtClassifier(model, args[1], threads: 2);
string name = Path.GetFileName(args[0].TrimEnd('/'));

// The same probabilities, text by text and in padded batches.
string[] byLength = [.. texts.OrderBy(text => model.Config.Tokens.Tokenize(text).Count())];
double apart = 0, moved = 0;
foreach (string[] chunk in texts.Chunk(32).Concat(texts.Take(64).Select(text => new[] { text })))
{
    float[] theirs = alone.Probabilities(chunk);
    Prediction[] ours = [.. model.Predict(chunk)];
    Prediction[] rounded = [.. half.Predict(chunk)];
    for (int i = 0; i < chunk.Length; i++)
    {
        for (int c = 0; c < model.Config.Classes; c++)
        {
            apart = Math.Max(apart, Math.Abs(ours[i].Probabilities[c].Value - theirs[i * model.Config.Classes + c]));
            moved = Math.Max(moved, Math.Abs(ours[i].Probabilities[c].Value - rounded[i].Probabilities[c].Value));
        }
    }
}
Console.WriteLine(
    $"{{\"model\":\"{name}\",\"onnxruntime\":\"{OrtClassifier.Version}\",\"most_apart\":{apart:E2},"
        + $"\"half_precision_moves\":{moved:E2},\"agrees\":{(apart < 1e-5 && moved < 1e-3 ? "true" : "false")}}}");

// One text of twenty tokens at a time.
string[] twenty =
[
    .. texts.Select(text => string.Join(' ', text.Split(' ').Take(20)))
        .Where(text => model.Config.Tokens.Tokenize(text).Count() == 20)
        .Take(100),
];
Turns.Measure($"{name} one text of 20 tokens", twenty.Length, seconds,
    ("Unroll", () => { foreach (string text in twenty) model.Predict(text); }),
    ("Unroll half precision", () => { foreach (string text in twenty) half.Predict(text); }),
    ("ORT 1 thread", () => { foreach (string text in twenty) alone.Probabilities([text]); }),
    ("ORT 2 threads", () => { foreach (string text in twenty) pair.Probabilities([text]); }));

// All texts, short ones first, so that nobody pays for padding.
foreach (int size in new[] { 32, 256 })
{
    string[][] batches = [.. byLength.Chunk(size)];
    Turns.Measure($"{name} batches of {size}, 1 thread", texts.Length, seconds,
        ("Unroll", () => { foreach (string[] batch in batches) model.Predict(batch).Count(); }),
        ("ORT 1 thread", () => { foreach (string[] batch in batches) alone.Probabilities(batch); }));
    Turns.Measure($"{name} batches of {size}, 2 threads", texts.Length, seconds,
        ("Unroll 2 callers", () => InPair(batches, batch => model.Predict(batch).Count())),
        ("ORT 2 threads", () => { foreach (string[] batch in batches) pair.Probabilities(batch); }),
        ("ORT 2 callers", () => InPair(batches, batch => alone.Probabilities(batch))));
}
return 0;

static void InPair<T>(string[][] batches, Func<string[], T> run) =>
    Parallel.ForEach(batches, new ParallelOptions { MaxDegreeOfParallelism = 2 }, batch => run(batch));
