using Unroll.Engine.Numerics;
using Unroll.Inspection;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Inspection;

public class StatePlaneTests
{
    [Fact]
    public void Principal_components_of_points_along_known_directions_are_these()
    {
        float[] rotation = new float[25];
        Initializers.Orthogonal(rotation, new TorchGenerator(3), 5, 5);
        // Along direction k points stand at ± size_k, each sign as often with every other: variances are size², nothing is
        // correlated.
        double[] sizes = [3, 1, 2, 0.25, 0.5];
        double[][] points = [.. Enumerable.Range(0, 32).Select(n => Enumerable.Range(0, 5)
            .Select(i => 7 + Enumerable.Range(0, 5).Sum(
                k => (n >> k & 1) == 0 ? sizes[k] * rotation[k * 5 + i] : -sizes[k] * rotation[k * 5 + i])).ToArray())];
        double total = sizes.Sum(size => size * size);
        var components = PrincipalComponents.Of(points, 2);
        Close.To([9 / total, 4 / total], components.Explained, 1e-6);
        double[][] plane = components.Project(points);
        Assert.All(plane, point => Close.To([3, 2], [Math.Abs(point[0]), Math.Abs(point[1])], 1e-6));
        Assert.Equal(0, plane.Sum(point => point[0] * point[1]), 1e-4);
    }

    [Fact]
    public void Where_points_do_not_differ_nothing_is_explained()
    {
        var same = PrincipalComponents.Of([[1, 2, 3], [1, 2, 3]], 2);
        Assert.Equal([0, 0], same.Explained);
        Assert.All(same.Project([[1, 2, 3]])[0], x => Assert.Equal(0, x));
        var line = PrincipalComponents.Of([[0, 0, 0], [1, 1, 1], [4, 4, 4]], 2);
        Close.To([1, 0], line.Explained, 1e-12);
        var single = PrincipalComponents.Of([[0], [2]], 2);
        Close.To([1, 0], single.Explained, 1e-12);
        Close.To([-1, 0], single.Project([[0]])[0], 1e-12);
    }

    [Fact]
    public void Two_units_are_shown_themselves_with_the_line_where_the_prediction_changes()
    {
        SentenceClassifier classifier = Create(hidden: 2, bidirectional: false, Pooling.Last, classes: 2);
        int[] sides = [0, 0];
        for (int word = 2; word < 30; word++)
        {
            TextInspection inspection = Inspector.Inspect(classifier, $"w{word} w{31 - word}");
            StatePlane plane = inspection.Plane!;
            Assert.Equal(PlaneAxes.Units, plane.Axes);
            Assert.Equal(inspection.States[0].Hidden.Select(h => (double)h[1]), plane.Points.Select(point => point[1]));
            Assert.Equal(1, plane.Explained[0] + plane.Explained[1], 1e-9);
            for (int t = 0; t < 2; t++)
            {
                double side = plane.Boundary!.A * plane.Points[t][0] + plane.Boundary.B * plane.Points[t][1] + plane.Boundary.C;
                // The distance from the line is the logit of the probability so far.
                Assert.Equal(Math.Log(inspection.Prefixes[t][1] / inspection.Prefixes[t][0]), side, 1e-4);
                sides[side > 0 ? 1 : 0]++;
            }
        }
        Assert.All(sides, count => Assert.True(count > 0));
    }

    [Theory]
    [InlineData(2, false, Pooling.Mean, 2, PlaneAxes.Units)]
    [InlineData(2, false, Pooling.Last, 3, PlaneAxes.Units)]
    [InlineData(2, true, Pooling.Last, 2, PlaneAxes.PrincipalComponents)]
    [InlineData(3, false, Pooling.Last, 2, PlaneAxes.PrincipalComponents)]
    [InlineData(1, false, Pooling.Last, 2, PlaneAxes.PrincipalComponents)]
    public void Where_the_boundary_is_no_line_of_the_plane_there_is_none(
        int hidden, bool bidirectional, Pooling pooling, int classes, PlaneAxes axes)
    {
        StatePlane plane = Inspector.Inspect(Create(hidden, bidirectional, pooling, classes), "w2 w3 w4 w5").Plane!;
        Assert.Equal(axes, plane.Axes);
        Assert.Null(plane.Boundary);
        Assert.Equal(4, plane.Points.Count);
        Assert.True(plane.Explained[0] >= plane.Explained[1] || axes == PlaneAxes.Units);
        Assert.InRange(plane.Explained[0] + plane.Explained[1], 0, 1 + 1e-9);
    }

    private static SentenceClassifier Create(int hidden, bool bidirectional, Pooling pooling, int classes) =>
        SentenceClassifier.Create(
            new ModelConfig
            {
                Embedding = 3,
                Hidden = hidden,
                Bidirectional = bidirectional,
                Pooling = pooling,
                Labels = [.. Enumerable.Range(0, classes).Select(c => $"{c}")],
            },
            InspectedModels.VocabularyOf(30), new TrainingOptions { Initialization = Initialization.StandardNormal });
}
