using System.Xml.Linq;
using Xunit;

namespace Unroll.Experiments.Tests;

/// <summary>The pictures are SVG with every line, name and number in its place.</summary>
public class ChartPictureTests
{
    private static readonly IFormatProvider Invariant = System.Globalization.CultureInfo.InvariantCulture;

    private static readonly ExperimentChart Lines = new(
        "id", "A <title> & more", "note", new("steps", ChartScale.Log), new("loss"),
        [
            new("one", [new(1, 0.5), new(10, 1, 0.8, 1.2), new(100, double.NaN)]),
            new("guessing", [new(1, 0), new(100, 0)], IsBound: true),
        ]);

    [Fact]
    public void Lines_are_drawn_with_their_spread_and_what_is_no_number_is_left_out()
    {
        XElement svg = XElement.Parse(ChartPicture.Of([Lines]));
        string[] texts = [.. svg.Descendants().Where(one => one.Name.LocalName == "text").Select(one => one.Value)];
        Assert.Contains("A <title> & more", texts);
        Assert.Contains("steps (log scale)", texts);
        Assert.Contains("one", texts);
        Assert.Contains("guessing", texts);
        Assert.Equal(2, svg.Descendants().Count(one => one.Name.LocalName == "circle"));
        Assert.DoesNotContain("NaN", svg.ToString(), StringComparison.Ordinal);
        Assert.Equal(ChartPicture.Of([Lines]), ChartPicture.Of([Lines]));
    }

    [Fact]
    public void What_failed_is_a_cross_above_all_values_and_a_sparse_mean_says_of_how_many_it_is()
    {
        var chart = new ExperimentChart(
            "id", "Steps", "note", new("length"), new("steps", ChartScale.Log),
            [
                new("one", [ChartPoint.OfFinite(1, [100, 200]), ChartPoint.OfFinite(2, [300, double.NaN, 500])]),
                new("two", [ChartPoint.OfFinite(1, [double.PositiveInfinity]), ChartPoint.OfFinite(2, [double.NaN, double.NaN])]),
                new("three", [ChartPoint.OfFinite(2, [double.NaN])]),
            ])
        {
            Failure = "unsolved",
        };
        Assert.Equal(400, chart.Series[0].Points[1].Y);
        XElement svg = XElement.Parse(ChartPicture.Of([chart]));
        XElement[] crosses = [.. svg.Descendants().Where(one => (string?)one.Attribute("class") == "failed")];
        Assert.Equal(3, crosses.Select(one => (string)one.Attribute("d")!).Distinct().Count());
        string[] texts = [.. svg.Descendants().Where(one => one.Name.LocalName == "text").Select(one => one.Value)];
        Assert.Equal(["2 of 3"], texts.Where(text => text.Contains(" of ", StringComparison.Ordinal)));
        Assert.Contains("unsolved", texts);
        Assert.DoesNotContain("unsolved", ChartPicture.Of([Lines]), StringComparison.Ordinal);
        double highest = svg.Descendants().Where(one => one.Name.LocalName == "circle").Min(one => (double)one.Attribute("cy")!);
        Assert.All(crosses, cross =>
            Assert.True(double.Parse(cross.Attribute("d")!.Value.Split('l')[0].Split(' ')[1], Invariant) + 8 < highest));
    }

    [Fact]
    public void Every_cell_has_a_colour_of_its_own()
    {
        ChartSeries[] cells =
            [.. CellChoice.Plains.Select((cell, i) => new ChartSeries(cell.Name, [new(1, i), new(2, i + 1)]))];
        XElement svg = XElement.Parse(ChartPicture.Of([new("id", "cells", "note", new("x"), new("y"), cells)]));
        Assert.Equal(
            cells.Length,
            svg.Descendants().Where(one => one.Name.LocalName == "circle").Select(one => (string)one.Attribute("fill")!)
                .Distinct().Count());
    }

    [Fact]
    public void A_logarithmic_axis_has_a_foot_for_zeros()
    {
        var axis = PictureAxis.Of(new ChartAxis("y", ChartScale.Log), [0, 1, 1000], 230, 0, isTight: false);
        Assert.Equal(0, axis.Ticks[0]);
        Assert.Equal(230, axis.At(0));
        Assert.InRange(axis.At(1), 200, 229);
        Assert.True(axis.Has(0));
        Assert.False(PictureAxis.Of(new ChartAxis("y", ChartScale.Log), [1, 1000], 230, 0, isTight: false).Has(0));
    }

    [Fact]
    public void Bars_stand_on_zero_beside_their_names()
    {
        var bars = new ExperimentChart(
            "id", "bars", "note", new("cell"), new("share"),
            [new("before", [new(0, 0.5), new(1, -0.5)]), new("after", [new(0, 1, 0.9, 1.1), new(1, double.NaN)])])
        {
            Names = ["a cell with a very long name", "another cell with a very long name"],
        };
        XElement svg = XElement.Parse(ChartPicture.Of([Lines, bars, Lines]));
        XElement[] drawn =
            [.. svg.Descendants().Where(one => one.Name.LocalName == "rect" && one.Attribute("y") is not null)];
        Assert.Equal(3, drawn.Length);
        double[] tops = [.. drawn.Select(one => (double)one.Attribute("y")!)];
        double[] heights = [.. drawn.Select(one => (double)one.Attribute("height")!)];
        // 0.5 up and 0.5 down meet at zero, and 1 is twice as high.
        Assert.Equal(tops[0] + heights[0], tops[1], 0.2);
        Assert.Equal(heights[0], heights[1], 0.2);
        Assert.Equal(2 * heights[0], heights[2], 0.2);
        Assert.Contains("transform=\"rotate(-40", svg.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ChartScale.Linear, 0, 40, new[] { 0.0, 10, 20, 30, 40 })]
    [InlineData(ChartScale.Linear, 0.2, 0.97, new[] { 0.2, 0.4, 0.6, 0.8, 1 })]
    [InlineData(ChartScale.Linear, 0.985, 0.99, new[] { 0.88, 0.9, 0.92, 0.94, 0.96, 0.98, 1 })]
    [InlineData(ChartScale.Log, 8, 64, new[] { 8.0, 16, 32, 64 })]
    [InlineData(ChartScale.Log, 1e-6, 1, new[] { 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1 })]
    public void Ticks_are_round_numbers_over_all_values(ChartScale scale, double low, double high, double[] ticks)
    {
        var axis = PictureAxis.Of(new ChartAxis("x", scale), [low, high, double.NaN], 0, 100, isTight: false);
        Assert.Equal(ticks.Length, axis.Ticks.Count);
        Assert.All(ticks.Zip(axis.Ticks), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
        Assert.InRange(axis.At(low), 0, 100);
        Assert.InRange(axis.At(high), axis.At(low), 100);
    }

    [Fact]
    public void Values_that_are_all_the_same_or_none_have_an_axis()
    {
        var one = PictureAxis.Of(new ChartAxis("x"), [1, 1], 0, 100, isTight: true);
        Assert.Equal(50, one.At(1), 1e-9);
        Assert.True(PictureAxis.Of(new ChartAxis("x", ChartScale.Log), [double.NaN, 0], 0, 100, isTight: true).Has(2));
    }
}
