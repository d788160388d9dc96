using System.Globalization;
using Unroll.Classroom;
using Unroll.Live.Sessions;
using Unroll.Models;
using Unroll.Training;
using Xunit;

namespace Unroll.Live.Tests;

/// <summary>The lab in the live lab is the lab of the command, to the bit.</summary>
public class LabTests
{
    [Theory]
    [InlineData(42, 2, 300, 0.1f)]
    [InlineData(7, 2, 50, 0.1f)]
    [InlineData(1, 5, 40, 0.02f)]
    [InlineData(42, 16, 20, 0.3f)]
    public void Epochs_give_the_bits_and_losses_of_the_command(ulong seed, int hidden, int epochs, float rate)
    {
        var session = new LiveSession(new LiveSettings { Seed = seed, Hidden = hidden, LearningRate = rate });
        // In unequal pieces, as a page asks for them.
        for (int left = 2 * epochs, piece = 1; left > 0; left -= piece, piece = Math.Min(left, piece + 3))
            session.Apply(new LiveAction.Train(piece));

        SentenceClassifier classifier = LabExercise.CreateClassifier(hidden, seed);
        IReadOnlyList<EpochReport> reports = classifier.Fit(LabExercise.Samples, LabExercise.TrainingOptions(epochs, rate));
        Assert.Equal(epochs, session.Epoch);
        Assert.Equal(
            reports.Select(report => (report.TrainLoss * 2).ToString("F12", CultureInfo.InvariantCulture)),
            session.Losses.Select(loss => loss.ToString("F12", CultureInfo.InvariantCulture)));
        foreach ((string _, string name) in LabExercise.Symbols)
        {
            float[] expected = classifier.Tensors.Single(tensor => tensor.Name == name).Values.ToArray();
            Assert.Equal(expected, session.Network.Parameters[name]);
        }
    }

    [Fact]
    public void The_six_losses_are_those_of_the_lab()
    {
        LiveSession session = Trained(300);
        string[] printed =
        [
            .. Enumerable.Range(1, 6).Select(i => session.Losses[50 * i - 1].ToString("F4", CultureInfo.InvariantCulture)),
        ];
        Assert.Equal(["0.0848", "0.0451", "0.0309", "0.0236", "0.0191", "0.0160"], printed);
    }

    internal static LiveSession Trained(int epochs, LiveSettings? settings = null)
    {
        var session = new LiveSession(settings ?? new LiveSettings());
        session.Apply(new LiveAction.Train(epochs * session.Samples.Count));
        return session;
    }
}
