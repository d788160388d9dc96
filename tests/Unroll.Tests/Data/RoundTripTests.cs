using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Unroll.Data;
using Xunit;

namespace Unroll.Tests.Data;

/// <summary>Any rows, written by the rules of a format, read back the same.</summary>
public class RoundTripTests
{
    [Fact]
    public void Csv() => Prop.ForAll(Rows(), Gen.Elements(',', ';', '\t').ToArbitrary(), (rows, delimiter) =>
    {
        string d = delimiter.ToString();
        string content = $"text{d}label\n" + string.Concat(
            rows.Select(row => $"{Field(row.Text, d)}{d}{Field(row.Label, d)}\r\n"));
        AssertSame(rows, Reading.Input(content, new DataFormat { Kind = DataKind.Csv }));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void JsonLines() => Prop.ForAll(Rows(), rows =>
    {
        string content = string.Concat(
            rows.Select(
                row => $"{{\"label\":{JsonSerializer.Serialize(row.Label)},\"text\":{JsonSerializer.Serialize(row.Text)}}}\n"));
        AssertSame(rows, Reading.Input(content));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Tsv() => Prop.ForAll(Rows(), rows =>
    {
        (string Label, string Text)[] plain = [.. rows.Select(row => (Plain(row.Label), Plain(row.Text)))];
        string content = "label\ttext\n" + string.Concat(plain.Select(row => $"{row.Item1}\t{row.Item2}\n"));
        AssertSame(plain, Reading.Input(content, new DataFormat { Kind = DataKind.Tsv }));

        static string Plain(string text) => text.Replace('\t', ' ').Replace('\n', ' ').Replace('\r', ' ');
    }).QuickCheckThrowOnFailure();

    private static void AssertSame((string Label, string Text)[] rows, LabelledText[] read) =>
        Assert.Equal(rows, read.Select(row => (row.Label, row.Text)));

    private static string Field(string text, string delimiter) =>
        text.AsSpan().ContainsAny(delimiter + "\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    private static Arbitrary<(string Label, string Text)[]> Rows()
    {
        Gen<string> character = Gen.Frequency(
            (3, Gen.Elements("\"", ",", ";", "\t", "\n", "\r", "\r\n", " ", "\\", "'")),
            (3, Gen.Elements("a", "b", "é", "я", "電", "👍🏽", "\u2028", "\uFEFF", "<pad>")),
            (1, Gen.Choose(0x20, 0xD7FF).Select(c => new Rune(c).ToString())));
        Gen<string> text = character.ListOf().Select(parts => string.Concat(parts));
        // A label is one line of text: tabs, line ends and other control characters are refused in it.
        Gen<string> labels = text.Select(
            label => string.Concat(label.Where(c => !char.IsControl(c) && c is not ('\u2028' or '\u2029'))) + "x");
        return labels.SelectMany(_ => text, (label, body) => (label, body))
            .NonEmptyListOf().Select(rows => rows.ToArray()).ToArbitrary();
    }
}
