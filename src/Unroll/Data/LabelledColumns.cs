using System.Globalization;

namespace Unroll.Data;

/// <summary>Takes the label and the text out of rows of columns.</summary>
internal static class LabelledColumns
{
    public static IEnumerable<LabelledText> Read(TableRows table, DataFormat format)
    {
        int label = -1;
        int text = -1;
        foreach (TableRow row in table.Rows)
        {
            bool isFirst = label < 0;
            if (isFirst)
                (label, text) = Find(row, table, format);
            if (!isFirst || !format.Header)
                yield return new LabelledText(row.Fields[label], row.Fields[text], row.Line);
        }
    }

    private static (int Label, int Text) Find(TableRow first, TableRows table, DataFormat format)
    {
        int label = FindColumn(
            first, table, format.Header, "DataFormat.LabelColumn", format.LabelColumn, DataFormat.DefaultLabel, 1);
        int text = FindColumn(
            first, table, format.Header, "DataFormat.TextColumn", format.TextColumn, DataFormat.DefaultText, 2);
        return label != text
            ? (label, text)
            : throw new InputException(
                $"{table.Source}:{first.Line}: column {label + 1} is both label and text, expected two; " +
                "name them with DataFormat.LabelColumn and DataFormat.TextColumn");
    }

    /// <summary>The place of one column, from 0.</summary>
    public static int FindColumn(
        TableRow first, TableRows table, bool header, string property, string? given, string usualName, int usualNumber)
    {
        if (!header)
        {
            int number = usualNumber;
            return given is null || int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out number)
                ? ColumnNames.ByNumber(first, table, property, number)
                : throw new InputException(
                    $"{table.Source}:{first.Line}: {property} is {Excerpt.Of(given)} and DataFormat.Header = false means that " +
                    $"no column has a name; give a number from 1 to {first.Fields.Count}");
        }
        if (given is not null)
            return ColumnNames.Find(first, table, property, given);
        if (ColumnNames.ByName(first, table, property, usualName) is { } place)
            return place;
        ColumnNames.RequireNoOuterQuotes(first, table, usualName);
        throw new InputException(
            $"{table.Source}:{first.Line}: header {Excerpt.Of(first.Fields)} has no column {Excerpt.Of(usualName)}; " +
            "name the columns with DataFormat.LabelColumn and DataFormat.TextColumn, " +
            $"or give DataFormat.Header = false if line {first.Line} is a row" +
            ColumnNames.PartedBy(first, table, usualName));
    }
}
