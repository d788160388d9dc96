using System.Runtime.InteropServices;
using Unroll.Data;
using Unroll.Engine.Batches;
using Unroll.Terms;
using Unroll.Storage;
using Unroll.Text;

namespace Unroll.Training;

/// <summary>What a model reads of labelled rows.</summary>
/// <param name="Ids">The ids of their tokens, for the network, and their classes.</param>
/// <param name="Terms">Their terms, for the linear part; null for a model without one.</param>
internal sealed record ModelRows(EncodedTexts Ids, SparseRows? Terms);

/// <summary>Turns labelled rows into a model's ids and classes.</summary>
/// <param name="config">Has labels and tokenizer.</param>
/// <param name="vocabulary">Has the ids.</param>
internal sealed class RowEncoder(ModelConfig config, Vocabulary vocabulary)
{
    private readonly Dictionary<string, int> _classOf = config.ClassOfLabel();

    /// <summary>Rows of a corpus.</summary>
    /// <param name="corpus">Has the rows.</param>
    /// <param name="rows">Which rows; null for all.</param>
    /// <exception cref="InputException">A row has a label that the model does not know.</exception>
    public EncodedTexts Encode(Corpus corpus, IReadOnlyList<int>? rows = null)
    {
        // Looked up when met: a closed vocabulary refuses the words of these rows alone.
        const int notYet = -1;
        const int dropped = -2;
        int[] ids = [.. Enumerable.Repeat(notYet, corpus.Tokens.Count)];
        int[] classes = [.. corpus.Labels.Select(label => _classOf.GetValueOrDefault(label, -1))];
        var encoded = new EncodedTexts();
        var buffer = new List<int>();
        foreach (int row in rows ?? [.. Enumerable.Range(0, corpus.Count)])
        {
            int label = classes[corpus.LabelOf(row)];
            if (label < 0)
                throw UnknownLabel($"row {row + 1}", corpus.Labels[corpus.LabelOf(row)]);
            buffer.Clear();
            foreach (int token in corpus.TokensOf(row))
            {
                if (ids[token] == notYet)
                    ids[token] = vocabulary.FindId(corpus.Tokens[token]) ?? dropped;
                if (ids[token] != dropped)
                    buffer.Add(ids[token]);
            }
            if (buffer.Count == 0)
                buffer.Add(vocabulary.IdOfEmpty);
            encoded.Add(CollectionsMarshal.AsSpan(buffer), label);
        }
        return encoded;
    }

    /// <summary>Rows of text.</summary>
    /// <param name="rows">Labels and texts.</param>
    /// <param name="what">What a row is called in an error.</param>
    /// <param name="mostTokens">How many tokens a row may have.</param>
    /// <param name="terms">The terms of the model's linear part; null for a model without one.</param>
    /// <exception cref="InputException">A row has a label that the model does not know, or more tokens.</exception>
    public ModelRows Read(IEnumerable<LabelledText> rows, string what, int mostTokens, TermTable? terms)
    {
        var encoded = new EncodedTexts();
        SparseRows? sparse = terms is null ? null : new SparseRows();
        var termRow = new TermRow();
        foreach (LabelledText row in rows)
        {
            if (!_classOf.TryGetValue(row.Label, out int label))
                throw UnknownLabel($"{what} {encoded.Count + 1}", row.Label);
            string[] tokens = config.Tokens.Tokenize(row.Text);
            TokenLimit.Require(tokens.Length, mostTokens);
            encoded.Add(vocabulary.Encode(tokens), label);
            if (terms is null || sparse is null)
                continue;
            terms.Read(tokens, termRow);
            sparse.Add(termRow);
        }
        return new ModelRows(encoded, sparse);
    }

    private InputException UnknownLabel(string where, string label) =>
        new(
            $"{where} has the label \"{label}\", which the model does not know; "
            + $"known labels: {string.Join(", ", config.Labels)}");
}
