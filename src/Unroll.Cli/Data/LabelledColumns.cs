using System.Globalization;

namespace Unroll.Cli.Data;

/// <summary>Takes the label and the text out of rows of columns.</summary>
internal static class LabelledColumns
{
    public static IEnumerable<DataRow> Read(IEnumerable<TableRow> rows, string source, DataFormat format)
    {
        int label = -1;
        int text = -1;
        foreach (TableRow row in rows)
        {
            bool isFirst = label < 0;
            if (isFirst)
                (label, text) = Find(row, source, format);
            if (!isFirst || !format.Header)
                yield return new DataRow(row.Line, row.Fields[label], row.Fields[text]);
        }
    }

    private static (int Label, int Text) Find(TableRow first, string source, DataFormat format)
    {
        int label = FindColumn(first, source, format.Header, "--label-column", format.LabelColumn, DataFormat.DefaultLabel, 1);
        int text = FindColumn(first, source, format.Header, "--text-column", format.TextColumn, DataFormat.DefaultText, 2);
        return label != text
            ? (label, text)
            : throw new InputException($"{source}:{first.Line}: column {label + 1} is both label and text, expected two; name them with --label-column and --text-column");
    }

    private static int FindColumn(
        TableRow first, string source, bool header, string option, string? given, string usualName, int usualNumber)
    {
        if (!header)
        {
            int number = usualNumber;
            return given is null || int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out number)
                ? ColumnNames.ByNumber(first, source, option, number)
                : throw new InputException($"{source}:{first.Line}: {option} is {Excerpt.Of(given)} and --no-header means that no column has a name; give a number from 1 to {first.Fields.Length}");
        }
        return given is not null
            ? ColumnNames.Find(first, source, option, given)
            : ColumnNames.ByName(first, source, option, usualName) ?? throw new InputException(
                $"{source}:{first.Line}: header {Excerpt.Of(first.Fields)} has no column {Excerpt.Of(usualName)}; name the columns with --label-column and --text-column, or give --no-header if line {first.Line} is a row");
    }
}
