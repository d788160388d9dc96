
namespace Unroll.Data;

/// <summary>Rows of tab-separated columns; quotes are ordinary characters, and empty lines are passed over.</summary>
internal static class TsvRows
{
    public static IEnumerable<TableRow> Read(Utf8LineReader lines)
    {
        int columns = 0;
        while (lines.Read())
        {
            if (lines.Line.IsEmpty)
                continue;
            string line = lines.Text;
            string[] fields = line.Split('\t');
            if (columns == 0)
                columns = fields.Length;
            if (fields.Length != columns)
            {
                string found = fields.Length == 1 ? $"no tab in {Excerpt.Of(line)}" : $"{fields.Length} columns";
                string expected = columns == 2
                    ? "label<TAB>text; put exactly one tab in the row"
                    : $"{columns} columns as in the first row";
                throw lines.Error($"{found}, expected {expected}");
            }
            yield return new TableRow(lines.Number, fields);
        }
    }
}
