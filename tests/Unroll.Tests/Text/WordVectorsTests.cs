using System.Globalization;
using System.IO.Compression;
using System.Text;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Text;

public class WordVectorsTests
{
    // Ids: <pad> 0, <unk> 1, film 2, été 3, Film 4, a 5.
    private static readonly Vocabulary Words = new(["<pad>", "<unk>", "film", "été", "Film", "a"], UnknownWords.Token);

    [Theory]
    [InlineData("film 0.5 -1e-05\nzzz 9 9\nété 3 4\n")]
    [InlineData("3 2\nfilm 0.5 -1e-05\nzzz 9 9\nété 3 4")]
    [InlineData("\uFEFF3 2 \r\nfilm 0.5 -1e-05 \r\nzzz 9 9 \r\nété 3 4 \r\n\r\n")]
    [InlineData("film\t0.50\t-0.00001\nété  3\t 4\nét\u00A0é 1 2\n. . 5 6\nat x@y.org 7 8\nFILM 1 1\n")]
    public void The_words_of_the_vocabulary_are_kept(string content)
    {
        using var folder = new TemporaryFolder();
        foreach (string path in (string[])[folder.Write("vectors.txt", content), Gzip(folder["vectors.txt.gz"], content)])
        {
            WordVectors vectors = WordVectors.Read(path, Words);
            Assert.Equal((2, 2, 0.5), (vectors.Width, vectors.Found, vectors.Coverage));
            Assert.Equal([0, 0, 0, 0, 0.5f, -1e-05f, 3, 4, 0, 0, 0, 0], vectors.Values.ToArray());
            Assert.Equal([false, false, true, true, false, false], Enumerable.Range(0, Words.Size).Select(vectors.Has));
        }
    }

    [Fact]
    public void The_first_of_two_counts_and_special_tokens_have_no_vector()
    {
        using var folder = new TemporaryFolder();
        WordVectors vectors = WordVectors.Read(folder.Write("v", "a 1\n<unk> 5\n<pad> 6\na 2\nfilm 3\nfilm x\n"), Words);
        Assert.Equal([0, 0, 3, 0, 0, 1], vectors.Values.ToArray());
        Assert.Equal(2, vectors.Found);
        var closed = new Vocabulary(["a", "b"], UnknownWords.Refuse);
        Assert.Equal(0.5, WordVectors.Read(folder["v"], closed).Coverage);
    }

    [Theory]
    [InlineData(30, 0.1f)]
    [InlineData(31, 0.1f)]
    [InlineData(500, 1f)]
    public void Standardised_every_dimension_has_mean_zero_and_the_deviation(int count, float deviation)
    {
        using var folder = new TemporaryFolder();
        // The third dimension is the same for all words; x is not in the vocabulary and does not count.
        string path = folder.Write(
            "v", "x 1000 1000 1000\n" + string.Concat(Enumerable.Range(0, count).Select(
                i => FormattableString.Invariant($"w{i} {3 + Math.Sin(i)} {50 * Math.Cos(2 * i)} 0.3\n"))));
        var vocabulary = new Vocabulary(
            ["<pad>", "<unk>", "none", .. Enumerable.Range(0, count).Select(i => $"w{i}")], UnknownWords.Token);
        WordVectors read = WordVectors.Read(path, vocabulary);
        float[] before = read.Values.ToArray();
        WordVectors standard = read.Standardize(deviation);
        Assert.Equal(before, read.Values.ToArray());
        Assert.Null(read.Standardization);
        Assert.Equal((count, count + 1, 3), (standard.Found, standard.Words, standard.Width));
        Assert.All(standard.Values[..9].ToArray(), value => Assert.Equal(0, value));
        double[][] dimensions = [
            .. Enumerable.Range(0, 3).Select(
                e => standard.Values.ToArray()[9..].Where((_, i) => i % 3 == e).Select(value => (double)value).ToArray())];
        Assert.All(dimensions, values => Assert.Equal(0, values.Average(), 1e-6));
        Assert.All(
            dimensions[..2],
            values => Assert.Equal(deviation, Math.Sqrt(values.Average(value => value * value)), deviation * 1e-5));
        Assert.All(dimensions[2], value => Assert.Equal(0, value));
        // Each dimension by the same factor: order and shape stay.
        Assert.Equal((3 + Math.Sin(1) - 3 - Math.Sin(0)) / (Math.Sin(2) - Math.Sin(0)),
            (dimensions[0][1] - dimensions[0][0]) / (dimensions[0][2] - dimensions[0][0]), 1e-4);
        VectorStandardization done = standard.Standardization!;
        Assert.True(done.ByDimension);
        Assert.Equal((double)deviation, done.Deviation);
        // Variances 1/2, 2500/2 and 0, about.
        Assert.InRange(done.DeviationBefore, 18, 23);
    }

    [Theory]
    [InlineData("film 3 4\na 0 0\n", 2.5, "0.12 0.16 0 0")]
    [InlineData("film 3 3\n", 3.0, "0.1 0.1")]
    [InlineData("film 0 0\na 0 0\n", null, "0 0 0 0")]
    [InlineData("zzz 1 2\n", null, "")]
    public void Few_words_have_no_means_and_are_multiplied_by_one_factor(string content, double? before, string expected)
    {
        using var folder = new TemporaryFolder();
        WordVectors vectors = WordVectors.Read(folder.Write("v", content), Words).Standardize(0.1f);
        Assert.Equal(before is { } of ? new VectorStandardization(of, 0.1f, ByDimension: false) : null, vectors.Standardization);
        IEnumerable<float> found = Enumerable.Range(0, Words.Size).Where(vectors.Has)
            .SelectMany(id => vectors.Values.Slice(id * 2, 2).ToArray());
        Assert.Equal(expected, string.Join(' ', found.Select(value => value.ToString("G3", CultureInfo.InvariantCulture))));
    }

    [Theory]
    [InlineData("", "v.txt: empty file; expected vectors in GloVe or word2vec text format")]
    [InlineData(
        "film 1 2\nzzz 1\nété 3\na 1 2\nx 1 2 3\n",
        "v.txt:2: a vector of width 1, expected 2 as in the other lines; restore the line or remove it")]
    [InlineData("film NaN 2\na 1 1e99\nété x 1\nzzz 1 2\n", "v.txt:1: number 1 is \"NaN\", expected a finite number")]
    [InlineData("9 3\nfilm 1 2\n", "v.txt:1: the first line says width 3, the lines below have 2; correct the first line")]
    [InlineData("film 1 x\n", "v.txt:1: number 2 is \"x\", expected a finite number")]
    [InlineData("film\n", "v.txt:1: a word with 0 numbers, expected vectors")]
    [InlineData("\n\n", "v.txt:1: a word with 0 numbers, expected vectors")]
    [InlineData("one 0,1 0,2\ntwo 0,1 0,2\n", "v.txt:1: number 1 is \"0,1\", expected a finite number")]
    [InlineData("one [0.1 0.2]\ntwo [0.1 0.2]\n", "v.txt:1: number 1 is \"[0.1\", expected a finite number")]
    [InlineData("one nan nan\ntwo nan nan\n", "v.txt:1: number 1 is \"nan\", expected a finite number")]
    [InlineData("one 1e38 1\n", "v.txt:1: number 1 is \"1e38\", expected a finite number of at most 1000000 in size")]
    [InlineData("{\"film\": [0.1, 0.2], \"a\": [0.1, 0.2]}\n", "v.txt:1: the file is JSON, expected vectors in GloVe")]
    [InlineData("{\"word\":\"film\",\"v\":[0.1,0.2]}\n", "v.txt:1: the file is JSON, expected vectors in GloVe")]
    [InlineData("{\n  \"film\": [0.1, 0.2]\n}\n", "v.txt:1: the file is JSON, expected vectors in GloVe")]
    [InlineData("2 0\nfilm\n", "v.txt:1: the width is 0, expected 1 to 65536")]
    [InlineData("3 2\nfilm 1 2\na 1 2\n", "v.txt: the file has 2 vectors, line 1 says 3; it may be cut short")]
    public void Unusable_content_is_one_line_with_file_and_line(string content, string expected)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("v.txt", content);
        InputException e = Assert.Throws<InputException>(() => WordVectors.Read(path, Words));
        Assert.StartsWith(folder[expected], e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    /// <summary>One odd word in a file never refuses the file.</summary>
    [Theory]
    [InlineData("4 2\nfilm 1 2\n  5 5\nété 3 4\nzzz 9 9\n", "line 3 was passed over, one whose word is white space or has some "
        + "inside")]
    [InlineData("film 1 2 \n\t 5 5 \nété 3 4 \n", "line 2 was passed over, one whose word is white space or has some inside")]
    [InlineData(" 5 5\nfilm 1 2\nété 3 4\n", "line 1 was passed over, one whose word is white space or has some inside")]
    [InlineData("film 1 2\nnew york city 5 5\nété 3 4\n", "line 2 was passed over, one whose word is white space or has some "
        + "inside")]
    [InlineData("new york 5 5\nfilm 1 2\nété 3 4\n", "line 1 was passed over, one whose word is white space or has some inside")]
    [InlineData("film 1 2\nFilm 3\nété 3 4\n", "line 2 was passed over, one with another count of numbers")]
    [InlineData("film 1 2\nFilm\nété 3 4\n", "line 2 was passed over, one with another count of numbers")]
    [InlineData("3 2\nfilm 1 2\nFilm 3 4 5\nété 3 4\n", "line 3 was passed over, one with another count of numbers")]
    [InlineData("film 1 2\nFilm nan 1\nété 3 4\n", "line 2 was passed over, one with a number that is none or not finite")]
    [InlineData("film 1 2\nFilm 1 -inf\nété 3 4\n", "line 2 was passed over, one with a number that is none or not finite")]
    [InlineData("film 1 2\nFilm 1 1e99\nété 3 4\n", "line 2 was passed over, one with a number that is none or not finite")]
    [InlineData("film 1 2\nFilm 1 1e38\nété 3 4\n", "line 2 was passed over, one with a number above 1000000 in size")]
    [InlineData("film 1 2\nzzz x 2\nété 3 4\n", "line 2 was passed over, one with a number that is none or not finite")]
    [InlineData("\nfilm 1 2\nété 3 4\n", null)]
    [InlineData("#vectors\nfilm 1 2\nété 3 4\n", "line 1 was passed over, one with another count of numbers")]
    [InlineData("# vectors\nfilm 1 2\nété 3 4\n", "line 1 was passed over, one with another count of numbers")]
    [InlineData("{ 5 5\nfilm 1 2\nété 3 4\n", null)]
    [InlineData("film 1 2\nFilm 1 0x2\nété 3 4\n", "line 2 was passed over, one with a number that is none or not finite")]
    [InlineData("3 2\nfilm 1 2\ncaf~ 5 5\nété 3 4\n", "line 3 was passed over, one whose word is not UTF-8")]
    [InlineData("film 1 2\nFil~m 5 5\nété 3 4\n", "line 2 was passed over, one whose word is not UTF-8")]
    [InlineData("film 1 2\nFi\0lm 5 5\nété 3 4\n", null)]
    [InlineData("film 1 2\nété 3 4\nété 5 5\n\n", null)]
    [InlineData(
        "film 1 2\n 5 5\nétè~ 5 5\nFilm 5\nété 3 4\nFilm x 5\nb 1 1\nc 1 1\n",
        "4 lines were passed over, the first is line 2: 1 whose word is white space or has some inside, 1 whose word is not "
            + "UTF-8, "
            + "1 with another count of numbers, 1 with a number that is none or not finite")]
    public void Odd_lines_are_passed_over_and_counted(string content, string? note)
    {
        using var folder = new TemporaryFolder();
        // ~ is the first byte of a letter that is cut off.
        byte[] bytes = [.. Encoding.UTF8.GetBytes(content).Select(each => each == (byte)'~' ? (byte)0xC3 : each)];
        File.WriteAllBytes(folder["v"], bytes);
        WordVectors vectors = WordVectors.Read(folder["v"], Words);
        Assert.Equal([0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0], vectors.Values.ToArray());
        Assert.Equal([false, false, true, true, false, false], Enumerable.Range(0, Words.Size).Select(vectors.Has));
        Assert.Equal(note, vectors.Note);
    }

    [Fact]
    public void An_odd_line_does_not_hide_a_later_one_of_its_word()
    {
        using var folder = new TemporaryFolder();
        WordVectors vectors = WordVectors.Read(folder.Write("v", "a nan 1\nfilm 1 2\na 3 4\n"), Words);
        Assert.Equal([3, 4], vectors.Values[^2..].ToArray());
    }

    /// <summary>Few of the words are asked for, and the numbers of the others tell too.</summary>
    [Fact]
    public void A_long_file_of_other_numbers_is_refused()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("v", string.Concat(Enumerable.Range(0, 1000).Select(i => $"w{i} 0,5 0,25\n")));
        Assert.Contains(
            "v:1: number 1 is \"0,5\"", Assert.Throws<InputException>(() => WordVectors.Read(path, Words)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\u00BA\u0016O/\u000C\0\0\0", "give the .vec file that stands beside it")]
    [InlineData("\u0080\u0004\u0095\u0001", "write the vectors as text (gensim")]
    [InlineData("PAR1\u0015\u0004\u0015", "write the vectors as text (gensim")]
    [InlineData("version https://git-lfs.github.com/spec/v1\n", "fetch it with git lfs pull")]
    public void The_advice_for_another_file_is_about_vectors(string content, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["v"], Encoding.Latin1.GetBytes(content));
        string message = Assert.Throws<InputException>(() => WordVectors.Read(folder["v"], Words)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_files_are_refused_by_their_kind()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(
            folder["v.bin"], [.. "3 3\nfine "u8, 0xCD, 0xCC, 0xCC, 0x3D, 0xCD, 0xCC, 0x4C, 0x3E, 0x9A, (byte)'\n']);
        Assert.Contains(
            "word vectors in word2vec's binary form",
            Assert.Throws<InputException>(() => WordVectors.Read(folder["v.bin"], Words)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_a_file_that_is_cut_short_are_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(
            "no such file", Assert.Throws<InputException>(() => WordVectors.Read(folder["none"], Words)).Message,
            StringComparison.Ordinal);
        string path = Gzip(folder["v.gz"], string.Concat(Enumerable.Range(0, 1000).Select(i => $"w{i} {i * 7919 % 1000} 1\n")));
        byte[] whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
        Assert.Contains(
            "the gzip data ends too early", Assert.Throws<InputException>(() => WordVectors.Read(path, Words)).Message,
            StringComparison.Ordinal);
    }

    /// <summary>Memory is the vocabulary's, not the file's.</summary>
    [Fact]
    public void A_large_file_is_streamed()
    {
        using var folder = new TemporaryFolder();
        var text = new StringBuilder();
        for (int word = 0; word < 20_000; word++)
        {
            text.Append(CultureInfo.InvariantCulture, $"word{word}");
            text.Insert(text.Length, " 0.12345", 100).Append('\n');
        }
        string path = folder.Write("v.txt", text.ToString());
        long before = GC.GetAllocatedBytesForCurrentThread();
        WordVectors vectors = WordVectors.Read(
            path, new Vocabulary(["<pad>", "<unk>", "word19999", "word7"], UnknownWords.Token));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Equal((100, 2), (vectors.Width, vectors.Found));
        Assert.Equal(0.12345f, vectors.Values[^1]);
    }

    private static string Gzip(string path, string content)
    {
        using var gzip = new GZipStream(File.Create(path), CompressionLevel.Optimal);
        gzip.Write(Encoding.UTF8.GetBytes(content));
        return path;
    }
}
