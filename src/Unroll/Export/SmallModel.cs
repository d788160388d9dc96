using System.Text;
using Unroll.Data;
using Unroll.Engine.Networks;
using Unroll.Evaluation;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Terms;
using Unroll.Text;

namespace Unroll.Export;

/// <summary>One small model that was tried.</summary>
/// <param name="Bytes">How many bytes its files have.</param>
/// <param name="Model">The model.</param>
/// <param name="Result">What it reaches on the rows.</param>
public sealed record SmallModelTrial(long Bytes, SentenceClassifier Model, EvaluationResult Result);

/// <summary>
/// Makes a model smaller: eight-bit numbers in the place of floats, the most frequent words alone, and of the linear part the
/// terms that say most.
/// </summary>
/// <remarks>
/// A word that is dropped is read as one that the vocabulary does not know. A term says as much as its largest weight times its
/// rarity. How the bytes are shared between words and terms is chosen by the accuracy (of several labels a text, micro-F1) on
/// rows that the model was not trained on; the linear part's share, temperature and thresholds of labels are chosen there too.
/// </remarks>
public sealed class SmallModel
{
    private static readonly double[] SharesOfWords = [0.2, 0.4, 0.6, 0.8, 1];

    private const int MostRounds = 6;
    private const double CloseEnough = 0.97;
    private const int BytesOfScale = sizeof(float);

    private readonly SentenceClassifier _model;
    private readonly Corpus _rows;
    private readonly bool _isArchive;
    private readonly int[] _termsByWeight;
    private readonly int? _threads;

    private SmallModel(SentenceClassifier model, IEnumerable<LabelledText> rows, bool isArchive, int? threads)
    {
        (_model, _isArchive, _threads) = (model, isArchive, threads);
        _rows = new Corpus(model.Config.Tokens);
        _rows.AddRange(rows);
        if (_rows.Count == 0)
            throw new InputException("no rows to choose by, expected rows that the model was not trained on");
        _termsByWeight = model.Linear is { } linear ? ByWeight(linear) : [];
    }

    /// <summary>Makes a model smaller.</summary>
    /// <param name="model">The model; it stays as it is.</param>
    /// <param name="mostBytes">How many bytes its files may have together.</param>
    /// <param name="rows">Rows that the model was not trained on, to choose by.</param>
    /// <param name="isArchive">Whether it will be saved as one file, which is compressed, or as a folder.</param>
    /// <param name="tried">Told of every size that is tried; null for nobody.</param>
    /// <param name="threads">How many threads compute; null for one per processor. The result does not depend on it.</param>
    /// <returns>The small model: it is saved in at most so many bytes.</returns>
    /// <exception cref="InputException">The rows cannot be used, or no model of that kind is so small.</exception>
    public static SentenceClassifier Make(
        SentenceClassifier model, long mostBytes, IEnumerable<LabelledText> rows, bool isArchive = true,
        Action<SmallModelTrial>? tried = null, int? threads = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rows);
        var small = new SmallModel(model, rows, isArchive, threads);
        SmallModelTrial? best = null;
        long least = long.MaxValue;
        foreach (double share in small.Shares)
        {
            (SentenceClassifier candidate, long bytes) = small.Fit(share, mostBytes);
            least = Math.Min(least, bytes);
            if (bytes > mostBytes)
                continue;
            EvaluationResult result = candidate.Evaluate(candidate.Read(small._rows), threads);
            var trial = new SmallModelTrial(bytes, candidate, result);
            tried?.Invoke(trial);
            if (best is null || IsBetter(result, best.Result))
                best = trial;
        }
        return best?.Model ?? throw new InputException(FormattableString.Invariant(
            $"the model has {least} bytes at least, expected at most {mostBytes}: its layers alone take that; ") +
            "allow more, or train it with a smaller TrainingOptions.Hidden or TrainingOptions.Embedding");
    }

    private static bool IsBetter(EvaluationResult one, EvaluationResult other) =>
        one.MicroF1 > other.MicroF1 || (one.MicroF1 == other.MicroF1 && one.Loss < other.Loss);

    // Of the bytes that words and terms have together.
    private double[] Shares => _model.Linear is null || !MayDropWords ? [1] : SharesOfWords;

    private bool MayDropWords =>
        _model.Vocabulary.UnknownWords != UnknownWords.Refuse && (_model.Networks.Count == 0 || _model.Config.Embedding > 0);

    // What bytes cost is an estimate; the files say.
    private (SentenceClassifier Model, long Bytes) Fit(double shareOfWords, long mostBytes)
    {
        (SentenceClassifier Model, long Bytes)? best = null;
        double budget = mostBytes - FewestBytes;
        for (int round = 0; round < MostRounds; round++)
        {
            int words = CountOfWords(shareOfWords * budget);
            double left = MayDropWords && words < _model.Vocabulary.Size
                ? (1 - shareOfWords) * budget
                : budget - BytesOfWords(words);
            int terms = CountOfTerms(left);
            (SentenceClassifier candidate, long bytes) = Build(words, terms);
            if (best is null || (bytes <= mostBytes && (best.Value.Bytes > mostBytes || bytes > best.Value.Bytes)))
                best = (candidate, bytes);
            bool isWhole = words == _model.Vocabulary.Size && terms == _termsByWeight.Length;
            if (bytes <= mostBytes && (isWhole || bytes > CloseEnough * mostBytes))
                break;
            budget += 0.98 * (mostBytes - bytes) * (bytes > mostBytes ? 1.05 : 1);
            if (budget <= 0)
                budget = 0;
        }
        return best!.Value;
    }

    // As it is when it is loaded again.
    private (SentenceClassifier Model, long Bytes) Build(int words, int terms)
    {
        SentenceClassifier small = Reread(Cut(words, terms));
        small.FitTo(small.Read(_rows), small.Linear, _threads);
        if (small.Config.MultiLabel)
            small.ChooseThresholds(small.Read(_rows), _threads);
        return (small, SizeOf(small));
    }

    private long FewestBytes => SizeOf(SentenceClassifier.Of(Cut(CountOfWords(0), CountOfTerms(0))));

    private long SizeOf(SentenceClassifier small)
    {
        using var written = new MemoryStream();
        if (_isArchive)
        {
            small.Save(written);
            return written.Length;
        }
        foreach ((_, Action<Stream> write) in ModelFiles.Of(Stored(small)))
            write(written);
        return written.Length;
    }

    private static StoredModel Stored(SentenceClassifier small) =>
        new(small.Config, small.Vocabulary, small.Networks, small.Linear);

    private static SentenceClassifier Reread(StoredModel small)
    {
        var files = ModelFiles.Of(small).ToDictionary(file => file.Name, file =>
        {
            using var memory = new MemoryStream();
            file.Write(memory);
            return memory.ToArray();
        });
        return SentenceClassifier.Of(ModelFiles.Read("the small model", name => files[name]));
    }

    private StoredModel Cut(int words, int terms)
    {
        var vocabulary = new Vocabulary(_model.Vocabulary.Tokens.Take(words), _model.Vocabulary.UnknownWords);
        bool hasLinear = _model.Linear is not null && terms > 0;
        ModelConfig config = _model.Config with { Int8 = true, LinearShare = hasLinear ? _model.Config.LinearShare : 0 };
        var networks = new Network[_model.Networks.Count];
        for (int k = 0; k < networks.Length; k++)
        {
            networks[k] = config.CreateNetwork(vocabulary);
            foreach (Parameter parameter in networks[k].Parameters.All)
            {
                float[] all = _model.Networks[k].Parameters.Read(_model.Networks[k].Parameters.Find(parameter.Name));
                // The rows of words are the first ones.
                networks[k].Parameters.Write(parameter, all[..parameter.Length]);
            }
            networks[k].Pack();
        }
        return new StoredModel(config, vocabulary, networks, hasLinear ? CutLinear(_model.Linear!, terms) : null);
    }

    private LinearPart CutLinear(LinearPart linear, int terms)
    {
        int[] kept = [.. _termsByWeight.Take(terms).Order()];
        var table = new TermTable(
            [.. kept.Select(term => linear.Terms.Names[term])], [.. kept.Select(term => linear.Terms.Rarity.Span[term])],
            _model.Config.Tokens.Kind);
        float[] weight = new float[kept.Length * linear.Classes];
        for (int i = 0; i < kept.Length; i++)
            linear.Weight.Span.Slice(kept[i] * linear.Classes, linear.Classes).CopyTo(weight.AsSpan(i * linear.Classes));
        return new LinearPart(table, weight, linear.Bias.ToArray());
    }

    private static int[] ByWeight(LinearPart linear)
    {
        float[] says = new float[linear.Terms.Count];
        for (int term = 0; term < says.Length; term++)
        {
            // What all classes share tells none from another.
            ReadOnlySpan<float> weight = linear.Weight.Span.Slice(term * linear.Classes, linear.Classes);
            float mean = linear.Classes > 1 ? Sum(weight) / linear.Classes : 0;
            foreach (float each in weight)
                says[term] = Math.Max(says[term], Math.Abs(each - mean) * linear.Terms.Rarity.Span[term]);
        }
        return [.. Enumerable.Range(0, says.Length).OrderByDescending(term => says[term])];
    }

    private static float Sum(ReadOnlySpan<float> values)
    {
        float sum = 0;
        foreach (float value in values)
            sum += value;
        return sum;
    }

    private int Specials => _model.Vocabulary.UnknownWords switch
    {
        UnknownWords.Token => 2,
        UnknownWords.Drop => 1,
        UnknownWords.Refuse => 0,
        _ => throw new InvalidOperationException($"no choice {_model.Vocabulary.UnknownWords}"),
    };

    private long BytesOfWord(int word) => Encoding.UTF8.GetByteCount(_model.Vocabulary.Tokens[word]) + 1
        + (long)_model.Networks.Count * (_model.Config.Embedding + BytesOfScale);

    private long BytesOfWords(int words)
    {
        long bytes = 0;
        for (int word = 0; word < words; word++)
            bytes += BytesOfWord(word);
        return bytes;
    }

    private int CountOfWords(double budget)
    {
        int size = _model.Vocabulary.Size;
        if (!MayDropWords)
            return size;
        int words = 0;
        for (double left = budget; words < size && left >= BytesOfWord(words); words++)
            left -= BytesOfWord(words);
        return Math.Min(size, Math.Max(words, Specials + 1));
    }

    private int CountOfTerms(double budget)
    {
        int terms = 0;
        for (double left = budget; terms < _termsByWeight.Length && left >= BytesOfTerm(terms); terms++)
            left -= BytesOfTerm(terms);
        return _model.Networks.Count == 0 ? Math.Max(terms, 1) : terms;
    }

    private long BytesOfTerm(int place) =>
        Encoding.UTF8.GetByteCount(_model.Linear!.Terms.Names[_termsByWeight[place]]) + 1
            + _model.Config.Classes + BytesOfScale + sizeof(float);
}
