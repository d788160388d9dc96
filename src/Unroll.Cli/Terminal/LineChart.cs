using System.Globalization;

namespace Unroll.Cli;

/// <summary>A line chart of one series in text: Braille dots, two by four to a character, with axes.</summary>
internal static class LineChart
{
    private const int Columns = 60;
    // With what stands around it, the lab's output fits a screen of 24 rows.
    private const int Rows = 8;
    private const int DotsAcross = Columns * 2;
    private const int DotsDown = Rows * 4;
    private const int AxisWidth = 8;

    // Bit of a Braille character (U+2800 + bits) for the dot in a column (0, 1) and row (0 to 3 from the top).
    private static readonly int[,] DotBits = { { 0x01, 0x02, 0x04, 0x40 }, { 0x08, 0x10, 0x20, 0x80 } };

    /// <summary>Draws values 1, 2, … from left to right; the vertical axis starts at zero.</summary>
    public static void Write(TextWriter output, string title, string xLabel, string yLabel, IReadOnlyList<double> values) =>
        Write(output, title, xLabel, yLabel, values, "1", values.Count.ToString(CultureInfo.InvariantCulture));

    /// <summary>Draws values from left to right, the first and the last at places that are named.</summary>
    public static void Write(
        TextWriter output, string title, string xLabel, string yLabel, IReadOnlyList<double> values, string first, string last)
    {
        double top = values.Where(double.IsFinite).DefaultIfEmpty(0).Max();
        if (top <= 0)
            top = 1;
        int[,] cells = Plot(values, top);

        output.WriteLine(new string(' ', AxisWidth + 1 + (Columns - title.Length) / 2) + title);
        output.WriteLine(yLabel);
        for (int row = 0; row < Rows; row++)
        {
            string tick = row % 4 == 0 ? Tick(top * (Rows - row) / Rows) : "";
            char axis = row % 4 == 0 ? '┤' : '│';
            output.Write(tick.PadLeft(AxisWidth) + axis);
            for (int column = 0; column < Columns; column++)
                output.Write((char)(0x2800 + cells[column, row]));
            output.WriteLine();
        }
        output.WriteLine(Tick(0).PadLeft(AxisWidth) + "└" + new string('─', Columns));
        string middle = xLabel.PadLeft((Columns + xLabel.Length) / 2).PadRight(Columns - last.Length);
        output.WriteLine(new string(' ', AxisWidth + 1) + first + middle[first.Length..] + last);
    }

    private static int[,] Plot(IReadOnlyList<double> values, double top)
    {
        int[,] cells = new int[Columns, Rows];
        int? previous = null;
        for (int x = 0; x < DotsAcross; x++)
        {
            double place = (double)x / (DotsAcross - 1) * (values.Count - 1);
            double value = Interpolate(values, place);
            if (!double.IsFinite(value))
            {
                previous = null;
                continue;
            }
            int y = Math.Clamp((int)Math.Round((1 - value / top) * (DotsDown - 1)), 0, DotsDown - 1);
            // A steep stretch is filled from the last dot to this one, so that the curve stays connected.
            int from = previous is { } last && last != y ? last + Math.Sign(y - last) : y;
            for (int dot = Math.Min(from, y); dot <= Math.Max(from, y); dot++)
                cells[x / 2, dot / 4] |= DotBits[x % 2, dot % 4];
            previous = y;
        }
        return cells;
    }

    private static double Interpolate(IReadOnlyList<double> values, double place)
    {
        int left = (int)place;
        int right = Math.Min(left + 1, values.Count - 1);
        return values[left] + (values[right] - values[left]) * (place - left);
    }

    private static string Tick(double value) => value.ToString("0.00", CultureInfo.InvariantCulture) + " ";
}
