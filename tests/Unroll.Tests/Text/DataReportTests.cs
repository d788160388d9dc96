using System.Text;
using System.Text.Json;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Text;

public class DataReportTests
{
    [Fact]
    public void Rows_labels_and_lengths_are_counted()
    {
        // 20 texts of 1 … 20 tokens.
        Corpus corpus = Of(
            [.. Enumerable.Range(1, 20).Select(
                length => (length % 4 == 0 ? "b" : "a", string.Join(' ', Enumerable.Range(1, length))))]);
        PartReport train = new DataReport(new CorpusPart("train", corpus)).Parts.Single();
        Assert.Equal(20, train.Rows);
        Assert.Equal([new("a", 15), new("b", 5)], train.Labels);
        Assert.Equal(new LengthQuantiles(10.5, 1, 1, 5, 10, 15, 19, 20, 20), train.Lengths);
        Assert.Null(train.Overlap);
    }

    [Fact]
    public void Clean_data_give_no_warning()
    {
        Corpus train = Of(("a", "one film"), ("a", "two films"), ("b", "one meal"), ("b", "two meals"));
        var report = new DataReport(
            new CorpusPart("train", train), new CorpusPart("dev", Sharing(train, ("a", "three films"), ("b", "no meals"))));
        Assert.Empty(report.Warnings);
        Assert.Equal(2, report.Brief().Split('\n').Length);
    }

    [Fact]
    public void Labels_that_no_row_to_train_on_has_are_told_and_counted()
    {
        Corpus train = Of(("a", "one film"), ("a", "two films"), ("b", "one meal"), ("b", "two meals"));
        // The label c is unknown in test, though dev has it too.
        var report = new DataReport(
            new CorpusPart("train", train), new CorpusPart("dev", Sharing(train, ("a", "no films"), ("c", "no song"))),
            new CorpusPart("test", Sharing(train, ("c", "a song"), ("d", "a dance"), ("c", "songs"), ("b", "a meal"))));
        Assert.Equal([0, 1, 2], report.Parts.Select(part => part.UnknownLabels.Count));
        Assert.Equal([new("c", 2), new("d", 1)], report.Parts[2].UnknownLabels);
        Assert.Equal(2, report.Warnings.Count);
        Assert.StartsWith(
            "1 row of dev has a label that the model does not know: \"c\" (1);", report.Warnings[0], StringComparison.Ordinal);
        Assert.StartsWith(
            "3 rows of test have labels that the model does not know: \"c\" (2), \"d\" (1);", report.Warnings[1],
            StringComparison.Ordinal);
    }

    [Fact]
    public void Duplicates_conflicts_and_empty_texts_are_told_apart()
    {
        Corpus corpus = Of(
            ("a", "same"), ("a", "same"), ("a", "same"), ("a", "both"), ("b", "both"), ("b", "both"), ("a", ""), ("b", "  "),
                ("a", ""), ("b", "Same"));
        var report = new DataReport(new CorpusPart("train", corpus));
        PartReport train = report.Parts[0];
        Assert.Equal((3, 3, 1), (train.EmptyTexts, train.DuplicateRows, train.ConflictingTexts));
        ConflictingText conflict = Assert.Single(train.Conflicts);
        Assert.Equal([4, 5, 6], conflict.Rows);
        Assert.Equal(["a", "b", "b"], conflict.Labels);
        Assert.Equal(
            [
                "3 rows of train without a word: read as the unknown word", "3 rows of train with text and label of an "
                    + "earlier row",
                "1 text of train with more than one label, at rows 4, 5, 6",
            ],
            report.Warnings);
    }

    [Fact]
    public void Of_many_conflicts_five_are_shown_each_with_all_its_labels()
    {
        var rows = new List<(string, string)>();
        for (int text = 0; text < 7; text++)
            rows.AddRange([.. Enumerable.Repeat(("a", $"text {text}"), 6), ("b", $"text {text}")]);
        PartReport train = new DataReport(new CorpusPart("train", Of([.. rows]))).Parts[0];
        Assert.Equal(7, train.ConflictingTexts);
        Assert.Equal(5, train.Conflicts.Count);
        Assert.Equal([1, 2, 3, 4, 7], train.Conflicts[0].Rows);
        Assert.Equal(["a", "a", "a", "a", "b"], train.Conflicts[0].Labels);
    }

    [Fact]
    public void Rows_of_train_that_recur_and_unknown_words_are_counted()
    {
        Corpus train = Of(("a", "one film"), ("a", "one film"), ("b", "two meals"), ("b", ""), ("a", "two films"));
        Corpus dev = Sharing(
            train, ("b", "one film"), ("a", "one new film"), ("a", "new new film"), ("b", ""), ("b", "One film"));
        var report = new DataReport(new CorpusPart("train", train), new CorpusPart("dev", dev));
        OverlapReport overlap = report.Parts[1].Overlap!;
        Assert.Equal(new OverlapReport(RowsInTrain: 1, TrainRows: 2, UnknownTokens: 3.0 / 10, UnknownTypes: 1.0 / 3), overlap);
        Assert.Contains("1 row of dev (20.0 %) with a text of train: what is measured there is memory", report.Warnings);
        Assert.Contains("unknown words 30.0 % (33.3 % of the different ones)", report.Brief(), StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_that_were_split_off_are_no_part_of_train()
    {
        Corpus corpus = Of(("a", "one"), ("b", "two"), ("a", "one"), ("b", "three"));
        var report = new DataReport(new CorpusPart("train", corpus, [0, 1]), new CorpusPart("dev", corpus, [2, 3]));
        Assert.Equal(0, report.Parts[0].DuplicateRows);
        Assert.Equal(new OverlapReport(1, 1, 0.5, 0.5), report.Parts[1].Overlap);
        Assert.Equal([new("a", 1), new("b", 1)], report.Parts[1].Labels);
    }

    [Fact]
    public void Corpora_that_number_tokens_differently_are_refused() =>
        Assert.Throws<ArgumentException>(
            () => new DataReport(new CorpusPart("train", Of(("a", "x"))), new CorpusPart("dev", Of(("a", "x")))));

    [Fact]
    public void Labels_that_look_alike_stand_alone_or_are_the_only_one_are_warned_of()
    {
        Corpus corpus = Of(("spam", "x y"), ("Spam ", "y z"), ("sp am", "z"), ("ham", "w"), ("ham", "v"));
        Assert.Equal(
            [
                "3 labels have a single row in train: \"Spam \", \"sp am\", \"spam\"",
                "labels that differ only in white space or case are different labels: \"Spam \", \"sp am\", \"spam\"",
            ],
            new DataReport(new CorpusPart("train", corpus)).Warnings);
        Assert.Equal(
            ["every row of train has the label \"ham\": there is nothing to tell apart"],
            new DataReport(new CorpusPart("train", corpus, [3, 4])).Warnings);
    }

    [Theory]
    [InlineData("same number", "1", "1.0", "\"1\", \"1.0\"")]
    [InlineData("same number", "1", "1e0", "\"1\", \"1e0\"")]
    [InlineData("same number", "1", "01", "\"01\", \"1\"")]
    [InlineData("same number", "0", "-0", "\"-0\", \"0\"")]
    [InlineData("same number", "+2.50", "2.5", "\"+2.50\", \"2.5\"")]
    [InlineData("look the same", "caf\u00E9", "cafe\u0301", "\"cafe\\u0301\", \"caf\u00E9\"")]
    [InlineData("look the same", "\u1EA4", "A\u0302\u0301", "\"A\\u0302\\u0301\", \"\u1EA4\"")]
    [InlineData("look the same", "\uAC01", "\u1100\u1161\u11A8", "\"\u1100\u1161\u11A8\", \"\uAC01\"")]
    [InlineData("look the same", "tea", "tea\u200B", "\"tea\", \"tea\\u200B\"")]
    [InlineData("look the same", "tea", "tea\u3164", "\"tea\", \"tea\\u3164\"")]
    [InlineData("look the same", "tea", "tea\U000E0041", "\"tea\", \"tea\\U000E0041\"")]
    [InlineData("look the same", "K", "\u212A", "\"K\", \"\u212A\"")]
    [InlineData("look the same", "\u03A9", "\u2126", "\"\u03A9\", \"\u2126\"")]
    [InlineData("are the same number", "1", "\uFF11", "\"1\", \"\uFF11\"")]
    [InlineData("look the same", "tea", "\uFEFFtea", "\"tea\", \"\\uFEFFtea\"")]
    [InlineData("look the same", "tea", "t\u00ADea", "\"tea\", \"t\\u00ADea\"")]
    [InlineData("look the same", "green tea", "green\u00A0tea", "\"green tea\", \"green\\u00A0tea\"")]
    [InlineData("look the same", "tea", "\"tea\"", "\"\"tea\"\", \"tea\"")]
    [InlineData("look the same", "\u2764", "\u2764\uFE0F", "\"\u2764\", \"\u2764\\uFE0F\"")]
    [InlineData("differ only in white space or case", "TRUE", "true", "\"TRUE\", \"true\"")]
    [InlineData(null, "12345678901234567890123456789", "12345678901234567890123456788", "")]
    [InlineData(null, "1", "10", "")]
    [InlineData(null, "-1", "1", "")]
    [InlineData(null, "e", "\u00E9", "")]
    [InlineData(null, "C", "C++", "")]
    public void Labels_that_people_take_for_one_are_warned_of(string? what, string first, string second, string names)
    {
        Corpus corpus = Of((first, "x"), (first, "y"), (second, "z"), (second, "v"));
        string middle = what == "same number" ? "are the same number" : what ?? "";
        Assert.Equal(
            what is null ? [] : [$"labels that {middle} are different labels: {names}"],
            new DataReport(new CorpusPart("train", corpus)).Warnings);
    }

    [Fact]
    public void Nearly_a_label_a_row_is_warned_of()
    {
        Corpus corpus = Of([.. Enumerable.Range(0, 40).Select(row => ($"label {row}", $"text {row}"))]);
        Assert.EndsWith(
            "and 32 more; nearly every row has a label of its own: check that the labels are labels",
            Assert.Single(new DataReport(new CorpusPart("train", corpus)).Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void The_brief_stays_brief_with_thousands_of_long_labels()
    {
        Corpus corpus = Of(
            [.. Enumerable.Range(0, 3000).Select(row => ($"label\nnumber {row:D6} {new string('x', 50)}", $"text {row}"))]);
        string[] lines = new DataReport(new CorpusPart("train", corpus)).Brief().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.InRange(line.Length, 20, 400));
        Assert.StartsWith("train 3,000 rows; 3,000 labels: label number 000000 xxxx… 1,", lines[0], StringComparison.Ordinal);
        Assert.Contains("and 2,992 more", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Json_has_everything()
    {
        Corpus train = Of(("a", "one film"), ("b", "one film"), ("b", "two"));
        var report = new DataReport(new CorpusPart("train", train), new CorpusPart("test", Sharing(train, ("a", "two new"))));
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            report.WriteTo(json);
        Assert.Equal(
            """
            {"parts":[
            {"name":"train","rows":3,"labels":{"a":1,"b":2},
            "lengths":{"mean":1.6667,"min":1,"p5":1,"p25":1,"p50":2,"p75":2,"p95":2,"p99":2,"max":2},
            "empty_texts":0,"duplicate_rows":0,"conflicting_texts":1,"conflicts":[{"rows":[1,2],"labels":["a","b"]}]},
            {"name":"test","rows":1,"labels":{"a":1},
            "lengths":{"mean":2,"min":2,"p5":2,"p25":2,"p50":2,"p75":2,"p95":2,"p99":2,"max":2},
            "empty_texts":0,"duplicate_rows":0,"conflicting_texts":0,"conflicts":[],
            "rows_in_train":0,"train_rows":0,"unknown_tokens":0.5,"unknown_types":0.5,"unknown_label_rows":0}],
            "warnings":["1 label has a single row in train: \u0022a\u0022",
            "1 text of train with more than one label, at rows 1, 2"]}
            """.ReplaceLineEndings(""),
            Encoding.UTF8.GetString(buffer.ToArray()));
    }

    [Fact]
    public void An_empty_part_is_reported_without_fuss()
    {
        Corpus train = Of(("a", "x"), ("a", "y"), ("b", "z"), ("b", "w"));
        var report = new DataReport(new CorpusPart("train", train), new CorpusPart("dev", train, []));
        Assert.Equal((0, 0), (report.Parts[1].Rows, report.Parts[1].Lengths.Maximum));
        Assert.Empty(report.Warnings);
        Assert.StartsWith("dev   0 rows; 0 labels", report.Brief().Split('\n')[1], StringComparison.Ordinal);
    }

    private static Corpus Of(params (string Label, string Text)[] rows) =>
        Add(new Corpus(new Tokenizer(TokenKind.Whitespace)), rows);

    private static Corpus Sharing(Corpus train, params (string Label, string Text)[] rows) => Add(train.CreateSharing(), rows);

    private static Corpus Add(Corpus corpus, (string Label, string Text)[] rows)
    {
        foreach ((string label, string text) in rows)
            corpus.Add(label, text);
        return corpus;
    }
}
