using System.Runtime.InteropServices;
using Unroll.Data;
using Unroll.Engine.Batches;
using Unroll.Storage;
using Unroll.Terms;
using Unroll.Text;

namespace Unroll.Training;

/// <summary>What a model reads of labelled rows.</summary>
/// <param name="Ids">The ids of their tokens, for the network, and their classes.</param>
/// <param name="Terms">Their terms, for the linear part; null for a model without one.</param>
internal sealed record ModelRows(EncodedTexts Ids, SparseRows? Terms);

/// <summary>
/// Turns labelled rows into a model's ids and classes. In rows to measure on, a label that the model does not know is a number
/// from C on, one for each such label. Where no row has a known label, the rows are refused.
/// </summary>
/// <param name="config">Has labels and tokenizer.</param>
/// <param name="vocabulary">Has the ids.</param>
/// <param name="areMeasured">Whether the rows are only measured on; rows to train on must have known labels.</param>
internal sealed class RowEncoder(ModelConfig config, Vocabulary vocabulary, bool areMeasured = false)
{
    private const int RowsUntilRelease = 1 << 20;

    private readonly TokenEncoder _encoder = new(vocabulary, config.Subwords);
    private readonly Dictionary<string, int> _classOf = config.ClassOfLabel();
    private readonly Dictionary<string, int> _numberOfSet = new(StringComparer.Ordinal);
    private readonly LabelSets _sets = new();
    private int _knownRows;
    private (string Where, string Label)? _firstUnknown;

    /// <summary>Rows of a corpus; those without a label get class 0.</summary>
    /// <param name="corpus">Has the rows.</param>
    /// <param name="rows">Which rows; null for all.</param>
    /// <exception cref="InputException">
    /// A row to train on has a label that the model does not know, or every row to measure on has.
    /// </exception>
    public EncodedTexts Encode(Corpus corpus, IReadOnlyList<int>? rows = null)
    {
        // Looked up when met: a closed vocabulary refuses the words of these rows alone.
        const int notYet = -1;
        const int dropped = -2;
        int[] ids = [.. Enumerable.Repeat(notYet, corpus.Tokens.Count)];
        EncodedTexts encoded = CreateTexts(corpus.OnDisk);
        var buffer = new List<int>();
        int passed = 0;
        foreach (int row in rows ?? [.. Enumerable.Range(0, corpus.Count)])
        {
            if (++passed % RowsUntilRelease == 0)
                corpus.Release();
            int number = corpus.LabelOf(row);
            int label = number == Corpus.NoLabel ? 0 : NumberOf(corpus.Labels[number], "row", row + 1);
            buffer.Clear();
            foreach (int token in corpus.TokensOf(row))
            {
                if (ids[token] == notYet)
                    ids[token] = _encoder.FindId(corpus.Tokens[token], encoded.UnknownWords) ?? dropped;
                if (ids[token] != dropped)
                    buffer.Add(ids[token]);
            }
            if (buffer.Count == 0)
                buffer.Add(vocabulary.IdOfEmpty);
            config.RequirePlaces(buffer.Count, $"row {row + 1}");
            encoded.Add(CollectionsMarshal.AsSpan(buffer), label);
        }
        corpus.EndPass();
        RequireKnown();
        return encoded;
    }

    /// <summary>Rows of text.</summary>
    /// <param name="rows">Labels and texts.</param>
    /// <param name="what">What a row is called in an error.</param>
    /// <param name="mostTokens">How many tokens a row may have.</param>
    /// <param name="terms">The terms of the model's linear part; null for a model without one.</param>
    /// <exception cref="InputException">
    /// A row to train on has a label that the model does not know, or every row to measure on has, or a row has more tokens.
    /// </exception>
    public ModelRows Read(IEnumerable<LabelledText> rows, string what, int mostTokens, TermTable? terms)
    {
        EncodedTexts encoded = CreateTexts();
        SparseRows? sparse = terms is null ? null : new SparseRows();
        var termRow = new TermRow();
        foreach (LabelledText row in rows)
        {
            int label = NumberOf(row.Label, what, encoded.Count + 1);
            string[] tokens = config.Tokens.Tokenize(row.Text);
            TokenLimit.Require(tokens.Length, mostTokens);
            encoded.Add(_encoder.Encode(tokens, encoded.UnknownWords), label);
            config.RequirePlaces(encoded.LengthOf(encoded.Count - 1), $"{what} {encoded.Count}");
            if (terms is null || sparse is null)
                continue;
            terms.Read(tokens, termRow);
            sparse.Add(termRow);
        }
        RequireKnown();
        return new ModelRows(encoded, sparse);
    }

    /// <summary>Texts without rows yet, whose labels are what <see cref="NumberOf"/> gives.</summary>
    /// <param name="onDisk">Whether the ids stand in a temporary file.</param>
    public EncodedTexts CreateTexts(bool onDisk = false) => new(onDisk) { Sets = config.MultiLabel ? _sets : null };

    /// <summary>The class of a label, or the number of the set of several.</summary>
    /// <param name="label">As <see cref="LabelledText.Label"/> has it.</param>
    /// <param name="what">What a row is called in an error.</param>
    /// <param name="row">Its number.</param>
    /// <exception cref="InputException">
    /// The model does not know a label of a row to train on, or there are none or several and it gives one label a text.
    /// </exception>
    public int NumberOf(string label, string what, int row)
    {
        if (!config.MultiLabel)
        {
            if (!LabelText.IsSeveral(label))
                return ClassOf(label, what, row);
            throw new InputException(
                $"{what} {row} has the labels {LabelText.Shown(label)}, and the model gives every text one label; give the row " +
                "one, or train a new model with TrainingOptions.MultiLabel = true");
        }
        if (_numberOfSet.TryGetValue(label, out int number))
            return number;
        int[] classes = [.. LabelText.Split(label).Select(each => ClassOf(each, what, row)).Order()];
        // No label at all is known.
        _knownRows += classes.Length == 0 ? 1 : 0;
        return _numberOfSet[label] = _sets.Add(classes);
    }

    private int ClassOf(string label, string what, int row)
    {
        if (!_classOf.TryGetValue(label, out int number))
        {
            if (!areMeasured)
                throw UnknownLabel($"{what} {row}", label);
            _firstUnknown ??= ($"{what} {row}", label);
            number = _classOf[label] = _classOf.Count;
        }
        _knownRows += number < config.Classes ? 1 : 0;
        return number;
    }

    private void RequireKnown()
    {
        if (_knownRows == 0 && _firstUnknown is var (where, label))
            throw UnknownLabel(where, label);
    }

    private InputException UnknownLabel(string where, string label) =>
        new(
            $"{where} has the label \"{label}\", which the model does not know; "
            + $"known labels: {string.Join(", ", config.Labels)}");
}
