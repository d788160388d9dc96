using System.Text.Json;
using Unroll.Data;

namespace Unroll.Text;

/// <summary>A text that stands in the data with more than one label.</summary>
/// <param name="Rows">Where, from 1; the first ones.</param>
/// <param name="Labels">The labels of these rows.</param>
public sealed record ConflictingText(IReadOnlyList<int> Rows, IReadOnlyList<string> Labels);

/// <summary>What rows to measure on have to do with the rows to train on.</summary>
/// <param name="RowsInTrain">Rows whose text is one of train's too: what is measured on them is memory.</param>
/// <param name="TrainRows">Rows of train whose text is one of these.</param>
/// <param name="UnknownTokens">The share of tokens that train does not have, 0 to 1.</param>
/// <param name="UnknownTypes">The share of different tokens that train does not have, 0 to 1.</param>
public sealed record OverlapReport(int RowsInTrain, int TrainRows, double UnknownTokens, double UnknownTypes);

/// <summary>What there is to know about some rows before training.</summary>
public sealed class PartReport
{
    private const int MostConflicts = 5;
    private const int MostRowsOfConflict = 5;

    private readonly CorpusPart _part;

    internal PartReport(CorpusPart part, PartReport? train = null)
    {
        _part = part;
        Corpus corpus = part.Corpus;
        Labels =
        [
            .. part.Selected.CountBy(corpus.LabelOf)
                .SelectMany(entry => LabelText.Split(corpus.Labels[entry.Key]).Select(label => (Label: label, entry.Value)))
                .GroupBy(entry => entry.Label, (label, of) => KeyValuePair.Create(label, of.Sum(entry => entry.Value)))
                .OrderBy(entry => entry.Key, StringComparer.Ordinal),
        ];
        Rows = part.Selected.Count();
        HasSeveralLabels = corpus.HasSeveral;
        Lengths = LengthQuantiles.Of(part.Selected.Select(row => corpus.TokensOf(row).Length));
        EmptyTexts = part.Selected.Count(row => corpus.TokensOf(row).IsEmpty);
        var copies = TextCopies.Of(corpus, WithText);
        DuplicateRows = copies.DuplicateRows;
        HashSet<UInt128> conflicting = copies.Conflicting;
        ConflictingTexts = conflicting.Count;
        Conflicts = Examples(conflicting);
        Overlap = train is null ? null : Compare(train._part);
        UnknownLabels = train is null ? [] : [.. Labels.ExceptBy(train.Labels.Select(entry => entry.Key), entry => entry.Key)];
    }

    /// <summary>What the rows are called.</summary>
    public string Name => _part.Name;

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>Whether rows have none or several labels.</summary>
    public bool HasSeveralLabels { get; }

    /// <summary>Every label and its number of rows, in ordinal order.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> Labels { get; }

    /// <summary>
    /// Labels that the rows to train on do not have, each with its number of rows, in ordinal order; none of those rows
    /// themselves.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, int>> UnknownLabels { get; }

    /// <summary>How long the texts are.</summary>
    public LengthQuantiles Lengths { get; }

    /// <summary>Rows without any token. They are trained as the unknown word, and left out of what follows.</summary>
    public int EmptyTexts { get; }

    /// <summary>Rows that repeat text and label of a row before them.</summary>
    public int DuplicateRows { get; }

    /// <summary>Different texts that stand there with more than one label.</summary>
    public int ConflictingTexts { get; }

    /// <summary>The first of these.</summary>
    public IReadOnlyList<ConflictingText> Conflicts { get; }

    /// <summary>What they share with the rows to train on; null for these themselves.</summary>
    public OverlapReport? Overlap { get; }

    private IEnumerable<int> WithText => _part.Selected.Where(row => !_part.Corpus.TokensOf(row).IsEmpty);

    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", Name);
        json.WriteNumber("rows", Rows);
        if (HasSeveralLabels)
            json.WriteBoolean("several_labels", true);
        json.WriteStartObject("labels");
        foreach ((string label, int count) in Labels)
            json.WriteNumber(label, count);
        json.WriteEndObject();
        json.WritePropertyName("lengths");
        Lengths.WriteTo(json);
        json.WriteNumber("empty_texts", EmptyTexts);
        json.WriteNumber("duplicate_rows", DuplicateRows);
        json.WriteNumber("conflicting_texts", ConflictingTexts);
        json.WriteStartArray("conflicts");
        foreach (ConflictingText conflict in Conflicts)
        {
            json.WriteStartObject();
            json.WriteStartArray("rows");
            foreach (int row in conflict.Rows)
                json.WriteNumberValue(row);
            json.WriteEndArray();
            json.WriteStartArray("labels");
            foreach (string label in conflict.Labels)
                json.WriteStringValue(label);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (Overlap is { } overlap)
        {
            json.WriteNumber("rows_in_train", overlap.RowsInTrain);
            json.WriteNumber("train_rows", overlap.TrainRows);
            json.WriteNumber("unknown_tokens", Math.Round(overlap.UnknownTokens, 6));
            json.WriteNumber("unknown_types", Math.Round(overlap.UnknownTypes, 6));
            json.WriteNumber("unknown_label_rows", UnknownLabels.Sum(entry => entry.Value));
        }
        json.WriteEndObject();
    }

    private ConflictingText[] Examples(HashSet<UInt128> conflicting)
    {
        if (conflicting.Count == 0)
            return [];
        Corpus corpus = _part.Corpus;
        return
        [
            .. WithText.Where(row => conflicting.Contains(corpus.HashOf(row))).GroupBy(corpus.HashOf).Take(MostConflicts)
                .Select(text => text.DistinctBy(corpus.LabelOf).Concat(text).Distinct().Take(MostRowsOfConflict).Order()
                    .ToArray())
                .Select(rows => new ConflictingText(
                    [.. rows.Select(row => row + 1)],
                    [.. rows.Select(row => LabelText.Shown(corpus.Labels[corpus.LabelOf(row)]))])),
        ];
    }

    private OverlapReport Compare(CorpusPart train)
    {
        if (!ReferenceEquals(train.Corpus.Tokens, _part.Corpus.Tokens))
            throw new ArgumentException($"the corpora of {train.Name} and {Name} do not share their tokens", nameof(train));
        var trainTexts = TextCopies.Of(train.Corpus, train.Selected.Where(row => !train.Corpus.TokensOf(row).IsEmpty));
        var texts = TextCopies.Of(_part.Corpus, WithText);
        bool[] isKnown = new bool[train.Corpus.Tokens.Count];
        foreach (int row in train.Selected)
        {
            foreach (int token in train.Corpus.TokensOf(row))
                isKnown[token] = true;
        }
        long tokens = 0, unknownTokens = 0;
        var types = new HashSet<int>();
        foreach (int row in _part.Selected)
        {
            foreach (int token in _part.Corpus.TokensOf(row))
            {
                tokens++;
                unknownTokens += isKnown[token] ? 0 : 1;
                types.Add(token);
            }
        }
        return new OverlapReport(
            texts.RowsIn(trainTexts),
            trainTexts.RowsIn(texts),
            tokens == 0 ? 0 : (double)unknownTokens / tokens,
            types.Count == 0 ? 0 : (double)types.Count(token => !isKnown[token]) / types.Count);
    }
}
