using System.Text;
using Unroll.Data;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Data;

public class SeveralLabelsTests
{
    [Theory]
    [InlineData(DataKind.FastText, "__label__b __label__a so fine\n__label__a dull\n", "a,b: so fine; a: dull")]
    [InlineData(DataKind.FastText, "__label__b\t__label__b  x\n__label__c\n", "b: x; c: ")]
    [InlineData(DataKind.Jsonl, """{"label": ["b", "a", "b"], "text": "x"}""", "a,b: x")]
    [InlineData(DataKind.Jsonl, """{"text": "x", "labels": [2, true, "a"]}""", "2,a,true: x")]
    [InlineData(DataKind.Jsonl, """{"label": [], "text": "x"}""", ": x")]
    [InlineData(DataKind.Jsonl, """{"labels": ["a"], "text": "x"}""", "a: x")]
    [InlineData(DataKind.Jsonl, """{"labels": ["other"], "label": "a", "text": "x"}""", "a: x")]
    [InlineData(DataKind.Jsonl, """{"labels": {"is": "no list"}, "label": "a", "text": "x"}""", "a: x")]
    public void Rows_have_the_labels_of_the_file(DataKind kind, string content, string expected)
    {
        LabelledText[] rows = [.. Read(kind, content)];
        Assert.Equal(expected, string.Join("; ", rows.Select(row => $"{string.Join(',', row.Labels)}: {row.Text}")));
    }

    [Theory]
    [InlineData(DataKind.FastText, "__label__a so __label__b fine", "x:1: the label \"__label__b\" stands behind the text")]
    [InlineData(DataKind.FastText, "__label__a __label__\u001F x", "x:1: the label \"\\u001F\" holds a control character")]
    [InlineData(DataKind.Jsonl, """{"label": ["a", null], "text": "x"}""", "x:1: key \"label\" holds null, expected strings")]
    [InlineData(DataKind.Jsonl, """{"label": ["a", ["b"]], "text": "x"}""", "x:1: key \"label\" holds an array")]
    [InlineData(DataKind.Jsonl, """{"label": ["a", " "], "text": "x"}""", "x:1: the label is empty")]
    [InlineData(DataKind.Jsonl, """{"label": "a\u001Fb", "text": "x"}""", "x:1: the label \"a\\u001Fb\" holds a control")]
    [InlineData(DataKind.Jsonl, """{"label": {"a": 1}, "text": "x"}""", "x:1: key \"label\" is an object, expected a string, a")]
    [InlineData(DataKind.Tsv, "label\ttext\na\u001Fb\tx", "x:2: the label \"a\\u001Fb\" holds a control character")]
    public void What_is_no_label_is_refused(DataKind kind, string content, string expected)
    {
        InputException e = Assert.Throws<InputException>(() => Read(kind, content).ToArray());
        Assert.StartsWith(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_programs_items_may_have_several()
    {
        (string[] Labels, string Text)[] items = [(["b", "a"], "x"), ([], "y"), (["a"], "z")];
        LabelledText[] rows = [.. LabelledText.Of(items, item => item.Labels, item => item.Text)];
        Assert.Equal(["a,b", "", "a"], rows.Select(row => string.Join(',', row.Labels)));
        Assert.Equal(new LabelledText("a", "z"), rows[2]);
        Assert.Equal(LabelledText.Several(["a", "b", "a"], "x"), rows[0]);
        Assert.Throws<InputException>(() => LabelledText.Several(["a", ""], "x"));
    }

    [Fact]
    public void The_report_counts_labels_and_not_sets()
    {
        var corpus = new Corpus(new Tokenizer());
        corpus.AddRange(
            [LabelledText.Several(["a", "b"], "one"), new("a", "two"), LabelledText.Several([], "three"), new("b", "one")]);
        PartReport part = new DataReport(new CorpusPart("train", corpus)).Parts[0];
        Assert.True(part.HasSeveralLabels);
        Assert.Equal((4, 1), (part.Rows, part.ConflictingTexts));
        Assert.Equal([new("a", 2), new("b", 2)], part.Labels);
        Assert.Equal(["a, b", "b"], part.Conflicts[0].Labels);
        Assert.Equal(["a", "b"], corpus.DistinctLabels([0, 1, 2, 3]));
    }

    private static IEnumerable<LabelledText> Read(DataKind kind, string content) => DataFile.Read(
        new MemoryStream(Encoding.UTF8.GetBytes(content)), new DataFormat { Kind = kind }, "x");
}
