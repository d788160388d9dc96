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
        string[] names = first.Fields;
        string where = $"{source}:{first.Line}: ";
        if (header)
        {
            string wanted = given ?? usualName;
            int[] places = [.. Enumerable.Range(0, names.Length).Where(i => names[i].Trim().Equals(wanted.Trim(), StringComparison.OrdinalIgnoreCase))];
            if (places.Length == 1)
                return places[0];
            if (places.Length > 1)
                throw new InputException($"{where}{places.Length} columns have the name {Excerpt.Of(wanted)}, expected one; give {option} a number from 1 to {names.Length}");
        }
        bool isNumber = int.TryParse(given ?? (header ? "" : usualNumber.ToString(CultureInfo.InvariantCulture)), NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        if (isNumber)
        {
            return number >= 1 && number <= names.Length
                ? number - 1
                : throw new InputException($"{where}no column {number} for {option} among {Columns(names.Length)}; give a number from 1 to {names.Length}");
        }
        if (!header)
            throw new InputException($"{where}{option} is {Excerpt.Of(given!)} and --no-header means that no column has a name; give a number from 1 to {names.Length}");
        if (given is not null)
        {
            string nearest = NearestName.Of(given, names) is { } name ? $"; did you mean {option} {name}?" : $"; give {option} one of them or a number";
            throw new InputException($"{where}header {Excerpt.Of(names)} has no column {Excerpt.Of(given)}{nearest}");
        }
        throw new InputException(
            $"{where}header {Excerpt.Of(names)} has no column {Excerpt.Of(usualName)}; name the columns with --label-column and --text-column, or give --no-header if line {first.Line} is a row");
    }

    private static string Columns(int count) => count == 1 ? "1 column" : $"{count} columns";
}
