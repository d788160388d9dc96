using System.Globalization;
using System.Security;
using System.Text;

namespace Unroll.Experiments;

/// <summary>The charts of an experiment as one SVG picture, two beside each other, for documents.</summary>
public static class ChartPicture
{
    private const int Width = 460;
    private const int PlotHeight = 230;
    private const int Left = 58;
    private const int Right = 14;
    private const int Top = 42;
    private const int Below = 40;
    private const int LegendLine = 16;
    private const int CharacterWidth = 6;
    private const int MostShownDots = 24;
    // Above the highest value, for the crosses of what failed.
    private const int CrossRoom = 20;
    private const int CrossAt = Top + 7;
    private const int CrossWidth = 10;

    // Told apart by dash too, once the colours are used up.
    private static readonly string[] Colours =
    [
        "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#56b4e9", "#5b3fa0", "#7a7a7a", "#b22222", "#2f6f4f",
        "#2f2f2f", "#e0a800",
    ];

    private const string BoundStroke = "stroke=\"#555\" stroke-dasharray=\"3 3\"";

    private static readonly string[] Dashes = ["", "6 3", "2 3", "8 3 2 3"];

    /// <summary>Draws charts.</summary>
    /// <param name="charts">At least one.</param>
    public static string Of(IReadOnlyList<ExperimentChart> charts)
    {
        var panels = new StringBuilder();
        int columns = Math.Min(2, charts.Count);
        int y = 0;
        for (int i = 0; i < charts.Count; i += columns)
        {
            ExperimentChart[] row = [.. charts.Skip(i).Take(columns)];
            for (int column = 0; column < row.Length; column++)
                panels.Append($"<g transform=\"translate({column * Width},{y})\">\n{Panel(row[column])}</g>\n");
            y += row.Max(HeightOf);
        }
        return $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {columns * Width} {y}\" width=\"{columns * Width}\" " +
            $"height=\"{y}\" font-family=\"sans-serif\" font-size=\"11\" fill=\"#222\">\n" +
            $"<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{panels}</svg>\n";
    }

    private static int HeightOf(ExperimentChart chart) =>
        Top + PlotHeight + BelowOf(chart) + LegendLine * LegendOf(chart).Lines + 8;

    // Names that have no room beside each other stand aslant.
    private static bool IsTurned(ExperimentChart chart) =>
        chart.Names.Count > 0 &&
        chart.Names.Max(name => name.Length) * CharacterWidth > (Width - Left - Right) / chart.Names.Count;

    private static int BelowOf(ExperimentChart chart) =>
        IsTurned(chart) ? Below + (int)(0.65 * CharacterWidth * chart.Names.Max(name => name.Length)) : Below;

    private static string Panel(ExperimentChart chart)
    {
        var svg = new StringBuilder();
        ChartPoint[] points = [.. chart.Series.SelectMany(series => series.Points)];
        bool hasNames = chart.Names.Count > 0;
        PictureAxis x = hasNames
            ? PictureAxis.OfNames(chart.Names.Count, Left, Width - Right)
            : PictureAxis.Of(chart.X, points.Select(point => point.X), Left, Width - Right, isTight: true);
        IEnumerable<double> heights = points.SelectMany(point => (double[])[point.Y, point.Low, point.High]);
        int highest = points.Any(point => point.HasFailed) ? Top + CrossRoom : Top;
        PictureAxis y = PictureAxis.Of(
            chart.Y, hasNames ? heights.Append(0) : heights, Top + PlotHeight, highest, isTight: false);
        svg.Append($"<text x=\"8\" y=\"14\" font-size=\"13\" font-weight=\"bold\">{Escape(chart.Title)}</text>\n");
        string yName = chart.Y.Scale == ChartScale.Log ? $"{chart.Y.Name} (log scale)" : chart.Y.Name;
        svg.Append($"<text x=\"8\" y=\"28\" fill=\"#555\">{Escape(yName)}</text>\n");
        foreach (double tick in y.Ticks)
        {
            string at = Place(y.At(tick));
            svg.Append($"<path d=\"M{Left} {at}H{Width - Right}\" stroke=\"#e2e2e2\"/>");
            svg.Append($"<text x=\"{Left - 5}\" y=\"{at}\" dy=\"4\" text-anchor=\"end\">{Number(tick)}</text>\n");
        }
        int bottom = Top + PlotHeight;
        foreach (double tick in x.Ticks)
        {
            string name = hasNames ? chart.Names[(int)tick] : Number(tick);
            string at = Place(x.At(tick));
            svg.Append(IsTurned(chart)
                ? $"<text x=\"{at}\" y=\"{bottom + 12}\" text-anchor=\"end\" transform=\"rotate(-40 {at} {bottom + 12})\">"
                : $"<text x=\"{at}\" y=\"{bottom + 15}\" text-anchor=\"middle\">");
            svg.Append($"{Escape(name)}</text>\n");
        }
        string xName = chart.X.Scale == ChartScale.Log ? $"{chart.X.Name} (log scale)" : chart.X.Name;
        int xNameAt = bottom + BelowOf(chart) - 9;
        svg.Append($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{xNameAt}\" text-anchor=\"middle\" fill=\"#555\">");
        svg.Append($"{Escape(xName)}</text>\n");
        svg.Append($"<path d=\"M{Left} {Top}V{bottom}H{Width - Right}\" fill=\"none\" stroke=\"#888\"/>\n");
        for (int i = 0; i < chart.Series.Count; i++)
            svg.Append(hasNames ? Bars(chart, i, x, y) : Line(chart.Series[i], i, x, y));
        svg.Append(Crosses(chart, x));
        svg.Append(Legend(chart));
        return svg.ToString();
    }

    // What failed stands above all values, side by side where several did at one place, to the left at its end.
    private static string Crosses(ExperimentChart chart, PictureAxis x)
    {
        var svg = new StringBuilder();
        var failed = new Dictionary<double, int>();
        double last = chart.Series.SelectMany(series => series.Points).Max(point => point.X);
        for (int i = 0; i < chart.Series.Count; i++)
        {
            foreach (ChartPoint point in chart.Series[i].Points.Where(point => point.HasFailed && x.Has(point.X)))
            {
                int before = failed.GetValueOrDefault(point.X);
                failed[point.X] = before + 1;
                int beside = point.X == last ? -CrossWidth * before : CrossWidth * before;
                string left = Place(x.At(point.X) + beside - 4);
                svg.Append($"<path class=\"failed\" d=\"M{left} {CrossAt - 4}l8 8m-8 0l8 -8\" stroke=\"{Colour(i)}\" ");
                svg.Append("stroke-width=\"2\"/>\n");
            }
        }
        if (failed.Count > 0)
        {
            svg.Append($"<text x=\"{Left - 5}\" y=\"{CrossAt}\" dy=\"4\" text-anchor=\"end\">");
            svg.Append($"{Escape(chart.Failure)}</text>\n");
        }
        return svg.ToString();
    }

    private static string Line(ChartSeries series, int place, PictureAxis x, PictureAxis y)
    {
        var path = new StringBuilder();
        var rest = new StringBuilder();
        bool isOpen = false;
        foreach (ChartPoint point in series.Points)
        {
            bool isShown = x.Has(point.X) && y.Has(point.Y);
            if (isShown)
                path.Append($"{(isOpen ? 'L' : 'M')}{Place(x.At(point.X))} {Place(y.At(point.Y))}");
            isOpen = isShown;
            if (!isShown || series.IsBound || series.Points.Count > MostShownDots)
                continue;
            rest.Append($"<circle cx=\"{Place(x.At(point.X))}\" cy=\"{Place(y.At(point.Y))}\" r=\"2.5\" ");
            rest.Append($"fill=\"{Colour(place)}\"/>");
            if (point.Seeds is { } seeds)
                rest.Append(Share(seeds, x.At(point.X), y.At(point.Y)));
            if (point.High > point.Low && y.Has(point.Low) && y.Has(point.High))
                rest.Append(Whisker(x.At(point.X), y.At(point.Low), y.At(point.High), Colour(place)));
        }
        string look = series.IsBound ? BoundStroke : Stroke(place);
        return $"<path d=\"{path}\" fill=\"none\" {look}/>\n{rest}\n";
    }

    // Beside the point, on the side that has room.
    private static string Share(SeedShare seeds, double x, double y)
    {
        (string anchor, int beside) = x > Width - Right - 40 ? ("end", -5) : ("start", 5);
        string at = $"x=\"{Place(x + beside)}\" y=\"{Place(y - 5)}\"";
        return $"<text {at} text-anchor=\"{anchor}\" font-size=\"9\" fill=\"#555\">{seeds}</text>";
    }

    private static string Bars(ExperimentChart chart, int place, PictureAxis x, PictureAxis y)
    {
        var svg = new StringBuilder();
        double room = 0.8 * (x.At(1) - x.At(0));
        double width = room / chart.Series.Count;
        double zero = y.At(Math.Clamp(0, y.Low, y.High));
        foreach (ChartPoint point in chart.Series[place].Points.Where(point => y.Has(point.Y)))
        {
            double left = x.At(point.X) - room / 2 + place * width;
            double top = Math.Min(zero, y.At(point.Y));
            svg.Append($"<rect x=\"{Place(left)}\" y=\"{Place(top)}\" width=\"{Place(width * 0.92)}\" ");
            svg.Append($"height=\"{Place(Math.Abs(zero - y.At(point.Y)))}\" fill=\"{Colour(place)}\"/>");
            if (point.High > point.Low)
                svg.Append(Whisker(left + 0.46 * width, y.At(point.Low), y.At(point.High), "#222"));
        }
        return svg.Append('\n').ToString();
    }

    private static string Whisker(double x, double low, double high, string colour) =>
        $"<path d=\"M{Place(x)} {Place(low)}V{Place(high)}\" stroke=\"{colour}\" stroke-width=\"1\" stroke-opacity=\"0.6\"/>";

    private static string Legend(ExperimentChart chart)
    {
        var svg = new StringBuilder();
        (int X, int Line)[] places = LegendOf(chart).Places;
        for (int i = 0; places.Length == chart.Series.Count && i < places.Length; i++)
        {
            int left = places[i].X;
            int y = Top + PlotHeight + BelowOf(chart) + LegendLine * places[i].Line + 4;
            string look = chart.Series[i].IsBound ? BoundStroke
                : chart.Names.Count > 0 ? $"stroke=\"{Colour(i)}\" stroke-width=\"9\""
                : Stroke(i);
            svg.Append($"<path d=\"M{left} {y}h18\" {look}/>");
            svg.Append($"<text x=\"{left + 23}\" y=\"{y + 4}\">{Escape(chart.Series[i].Name)}</text>\n");
        }
        return svg.ToString();
    }

    // A chart of one series needs no legend.
    private static ((int X, int Line)[] Places, int Lines) LegendOf(ExperimentChart chart)
    {
        if (chart.Series.Count == 1)
            return ([], 0);
        var places = new List<(int, int)>();
        int x = Left;
        int line = 0;
        foreach (ChartSeries series in chart.Series)
        {
            int width = 38 + CharacterWidth * series.Name.Length;
            if (x + width > Width && x > Left)
                (x, line) = (Left, line + 1);
            places.Add((x, line));
            x += width;
        }
        return ([.. places], line + 1);
    }

    private static string Colour(int place) => Colours[place % Colours.Length];

    private static string Stroke(int place)
    {
        string dash = Dashes[place / 2 % Dashes.Length];
        string dashed = dash.Length == 0 ? "" : $" stroke-dasharray=\"{dash}\"";
        return $"stroke=\"{Colour(place)}\" stroke-width=\"2\"{dashed}";
    }

    private static string Place(double place) => place.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Number(double value) => Math.Abs(value) is (>= 1e-3 and < 1e5) or 0
        ? (value == 0 ? 0 : value).ToString("0.####", CultureInfo.InvariantCulture)
        : value.ToString("0e+0", CultureInfo.InvariantCulture);

    private static string Escape(string text) => SecurityElement.Escape(text);
}
