using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Unroll.Data;
using Unroll.Engine.Batches;

namespace Unroll.Text;

/// <summary>
/// Labelled texts cut into tokens once, as they stream in: of each text its tokens' numbers, its label and a hash stay, not the
/// text. So a file that is larger than memory can be read, and vocabularies, reports and splits be made without reading it again.
/// </summary>
/// <remarks>
/// Numbers are given in order of first appearance and mean nothing to a model; <see cref="Vocabulary"/> has the ids. Corpora that
/// share their tokens (training and dev rows) give the same token and the same label the same number.
/// </remarks>
public sealed class Corpus
{
    /// <summary>In the place of the number of a label: there is none.</summary>
    internal const int NoLabel = -1;

    private const int NumbersOfHash = 4;

    private readonly NumberStore _numbers;
    private readonly List<int> _starts = [0];
    private readonly List<int> _labels = [];

    // Four numbers a text.
    private readonly NumberStore _hashes;
    private readonly Tables _tables;

    /// <summary>Starts empty, with tokens and labels of its own.</summary>
    /// <param name="tokenizer">How texts are cut.</param>
    /// <param name="onDisk">
    /// Whether the tokens' numbers stand in a temporary file, for more rows than memory has room for.
    /// </param>
    public Corpus(Tokenizer tokenizer, bool onDisk = false)
        : this(tokenizer, new Tables(), onDisk)
    {
    }

    private Corpus(Tokenizer tokenizer, Tables tables, bool onDisk)
    {
        (Tokenizer, _tables) = (tokenizer, tables);
        _numbers = new NumberStore(onDisk);
        _hashes = new NumberStore(onDisk);
    }

    /// <summary>How texts are cut.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The number of texts.</summary>
    public int Count => _labels.Count;

    /// <summary>The number of tokens of all texts.</summary>
    public int TokenCount => _starts[^1];

    /// <summary>Every distinct token of all corpora that share them, by number.</summary>
    public IReadOnlyList<string> Tokens => _tables.Tokens;

    /// <summary>
    /// Every distinct label of all corpora that share them, by number: in order of first appearance. What
    /// <see cref="LabelledText.Several"/> made of several labels is one here.
    /// </summary>
    public IReadOnlyList<string> Labels => _tables.Labels;

    /// <summary>Every distinct label by itself: of several those that stand together.</summary>
    public IEnumerable<string> LabelNames => Labels.SelectMany(LabelText.Split).Distinct();

    /// <summary>Whether a row of one of the corpora that share them has none or several labels.</summary>
    public bool HasSeveral => _tables.HasSeveral;

    /// <summary>An empty corpus that gives tokens and labels the same numbers as this one.</summary>
    public Corpus CreateSharing() => new(Tokenizer, _tables, OnDisk);

    /// <summary>Whether the tokens' numbers stand in a temporary file.</summary>
    public bool OnDisk => _numbers.OnDisk;

    /// <summary>Gives back the memory of what was read of the files.</summary>
    internal void Release()
    {
        _numbers.Release();
        _hashes.Release();
    }

    /// <summary>
    /// Between two passes over rows on disk: gives back what the last one read and what it needed meanwhile, which is much where
    /// rows are many.
    /// </summary>
    internal void EndPass()
    {
        if (!OnDisk)
            return;
        Release();
        GC.Collect();
    }

    /// <summary>Adds a text.</summary>
    /// <param name="label">Its class, as <see cref="LabelledText.Label"/> has it.</param>
    /// <param name="text">The text; one without tokens is kept with none.</param>
    public void Add(string label, string text)
    {
        AddText(text);
        _labels.Add(LabelNumber(label));
    }

    /// <summary>Adds a text whose class is not known: the number of its label is -1.</summary>
    /// <param name="text">The text; one without tokens is kept with none.</param>
    public void AddUnlabelled(string text)
    {
        AddText(text);
        _labels.Add(NoLabel);
    }

    /// <summary>Adds texts.</summary>
    /// <param name="rows">Labels and texts; read once.</param>
    /// <param name="cancellationToken">Stops the reading between two rows.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void AddRange(IEnumerable<LabelledText> rows, CancellationToken cancellationToken = default)
    {
        foreach (LabelledText row in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Add(row.Label, row.Text);
        }
    }

    /// <summary>The distinct labels of some rows in ordinal order: class c is the c-th.</summary>
    /// <param name="rows">Rows to train on.</param>
    /// <exception cref="InputException">
    /// There are fewer than two labels; or none, where rows may have several.
    /// </exception>
    public IReadOnlyList<string> DistinctLabels(IEnumerable<int> rows)
    {
        int[] numbers = [.. rows.Select(LabelOf).Distinct()];
        string[] labels =
        [
            .. numbers.SelectMany(number => LabelText.Split(Labels[number])).Distinct().Order(StringComparer.Ordinal),
        ];
        if (labels.Length > 0 && HasSeveral)
            return labels;
        return labels.Length switch
        {
            0 when numbers.Length > 0 => throw new InputException("no row has a label, expected at least one label; label rows"),
            0 => throw new InputException("no rows to train on, expected rows with at least two labels"),
            1 => throw new InputException(
                $"every row has the label \"{labels[0]}\", expected at least two labels; add rows of another class"),
            _ => labels,
        };
    }

    /// <summary>The numbers of one text's tokens.</summary>
    /// <param name="row">Which text.</param>
    public ReadOnlySpan<int> TokensOf(int row) =>
        _numbers.Slice(_starts[row], _starts[row + 1] - _starts[row]);

    /// <summary>The number of one text's label; -1 for one without.</summary>
    /// <param name="row">Which text.</param>
    public int LabelOf(int row) => _labels[row];

    /// <summary>128 bits that only equal texts share.</summary>
    /// <param name="row">Which text.</param>
    public UInt128 HashOf(int row) =>
        MemoryMarshal.Read<UInt128>(MemoryMarshal.AsBytes(_hashes.Slice(row * NumbersOfHash, NumbersOfHash)));

    /// <summary>Adds a text of a corpus that shares its tokens with this one.</summary>
    /// <param name="other">Has the text.</param>
    /// <param name="row">Which text.</param>
    /// <param name="label">The number of its label here.</param>
    internal void AddFrom(Corpus other, int row, int label)
    {
        Debug.Assert(ReferenceEquals(_tables, other._tables), "numbers of tokens mean the same in both");
        AddNumbers(other.TokensOf(row), label, other.HashOf(row));
    }

    /// <summary>Adds a text of which no more is known than a corpus keeps.</summary>
    /// <param name="tokens">The numbers of its tokens here.</param>
    /// <param name="label">The number of its label here; -1 for one without.</param>
    /// <param name="hash">That of <see cref="HashOf(int)"/>.</param>
    internal void AddNumbers(ReadOnlySpan<int> tokens, int label, UInt128 hash)
    {
        _numbers.AddRange(tokens);
        _starts.Add(_numbers.Count);
        _labels.Add(label);
        AddHash(hash);
    }

    /// <summary>The number of a token; a new one for a token that is not known yet.</summary>
    /// <param name="token">The token.</param>
    internal int TokenNumber(string token) => Number(token, _tables.NumberOfToken, _tables.Tokens);

    /// <summary>The number of a label; a new one for a label that is not known yet.</summary>
    /// <param name="label">As <see cref="LabelledText.Label"/> has it.</param>
    internal int LabelNumber(string label)
    {
        _tables.HasSeveral |= LabelText.IsSeveral(label);
        return Number(label, _tables.NumberOfLabel, _tables.Labels);
    }

    private void AddText(string text)
    {
        foreach (string token in Tokenizer.Tokenize(text))
            _numbers.Add(TokenNumber(token));
        _starts.Add(_numbers.Count);
        AddHash(HashOf(text));
    }

    private void AddHash(UInt128 hash) => _hashes.AddRange(MemoryMarshal.Cast<UInt128, int>(new ReadOnlySpan<UInt128>(in hash)));

    private static int Number(string key, Dictionary<string, int> numbers, List<string> keys)
    {
        ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, key, out bool known);
        if (!known)
        {
            number = keys.Count;
            keys.Add(key);
        }
        return number;
    }

    private static UInt128 HashOf(string text)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan()), digest);
        return MemoryMarshal.Read<UInt128>(digest);
    }

    private sealed class Tables
    {
        public Dictionary<string, int> NumberOfToken { get; } = new(StringComparer.Ordinal);

        public List<string> Tokens { get; } = [];

        public Dictionary<string, int> NumberOfLabel { get; } = new(StringComparer.Ordinal);

        public List<string> Labels { get; } = [];

        public bool HasSeveral { get; set; }
    }
}
