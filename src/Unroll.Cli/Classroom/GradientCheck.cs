using Unroll.Data;
using Unroll.Models;

namespace Unroll.Cli.Classroom;

/// <summary>What the check found of one parameter, the largest over its numbers and both sentences.</summary>
/// <param name="Parameter">The exercise's symbol.</param>
/// <param name="Shape">Rows × columns.</param>
/// <param name="Gradient">Largest size of the gradient by hand.</param>
/// <param name="Absolute">Largest difference from the finite differences.</param>
/// <param name="Relative">The same as a share of the larger of the two.</param>
/// <param name="Engine">Largest difference of the step that the engine takes, in single precision, from the gradient by hand.</param>
internal sealed record GradientDifference(
    string Parameter, string Shape, double Gradient, double Absolute, double Relative, double Engine);

/// <summary>
/// Holds back-propagation through time, written by hand, to central finite differences: (L(θ + ε) - L(θ - ε)) / 2ε for every number
/// of every parameter, in double precision, for both of the lab's sentences.
/// </summary>
internal sealed class GradientCheck
{
    public const double LargestAbsolute = 1e-5;
    public const double LargestRelative = 1e-3;
    private const double Epsilon = 1e-6;
    private const double SmallestShare = 1e-6; // differences of smaller gradients are rounding

    private GradientCheck(IReadOnlyList<GradientDifference> differences) => Differences = differences;

    public IReadOnlyList<GradientDifference> Differences { get; }

    public bool Passes => Differences.All(d => d.Absolute <= LargestAbsolute || d.Relative <= LargestRelative);

    /// <summary>Checks the lab's network with its initial parameters.</summary>
    /// <param name="hidden">H.</param>
    /// <param name="seed">Seed of the parameters.</param>
    /// <param name="mistakes">What is wrong with the gradient by hand, to see the check find it.</param>
    public static GradientCheck Of(int hidden, ulong seed, BackwardMistakes mistakes = default)
    {
        int count = LabParameters.Names.Length;
        double[] gradient = new double[count], absolute = new double[count], relative = new double[count], engine = new double[count];
        LabParameters parameters = Read(LabExercise.CreateClassifier(hidden, seed).Parameters, hidden);
        foreach (LabelledText sample in LabExercise.Samples)
        {
            int[] words = [.. sample.Text.Split(' ').Select(word => Array.IndexOf(LabExercise.Words, word))];
            int label = sample.Label == "1" ? 1 : 0;
            LabParameters byHand = LabNetwork.Backward(parameters, words, LabNetwork.Forward(parameters, words), label, mistakes, 0);
            LabParameters byEngine = EngineGradient(hidden, seed, sample);
            for (int p = 0; p < count; p++)
            {
                for (int i = 0; i < byHand[p].GetLength(0); i++)
                {
                    for (int j = 0; j < byHand[p].GetLength(1); j++)
                    {
                        double value = byHand[p][i, j];
                        double difference = Slope(parameters, p, i, j, words, label);
                        double distance = Math.Abs(value - difference);
                        double scale = Math.Max(SmallestShare, Math.Max(Math.Abs(value), Math.Abs(difference)));
                        gradient[p] = Math.Max(gradient[p], Math.Abs(value));
                        absolute[p] = Math.Max(absolute[p], distance);
                        relative[p] = Math.Max(relative[p], distance / scale);
                        engine[p] = Math.Max(engine[p], Math.Abs(value - byEngine[p][i, j]));
                    }
                }
            }
        }
        (int Rows, int Columns)[] shapes = LabParameters.Shapes(hidden);
        return new GradientCheck([.. Enumerable.Range(0, count).Select(p => new GradientDifference(
            LabParameters.Names[p], $"{shapes[p].Rows}×{shapes[p].Columns}", gradient[p], absolute[p], relative[p], engine[p]))]);
    }

    private static double Slope(LabParameters parameters, int p, int i, int j, int[] words, int label)
    {
        double value = parameters[p][i, j];
        parameters[p][i, j] = value + Epsilon;
        double above = LabNetwork.Loss(LabNetwork.Forward(parameters, words).Logits, label);
        parameters[p][i, j] = value - Epsilon;
        double below = LabNetwork.Loss(LabNetwork.Forward(parameters, words).Logits, label);
        parameters[p][i, j] = value;
        return (above - below) / (2 * Epsilon);
    }

    // One step of SGD with learning rate 1 is the gradient.
    private static LabParameters EngineGradient(int hidden, ulong seed, LabelledText sample)
    {
        SentenceClassifier classifier = LabExercise.CreateClassifier(hidden, seed);
        LabParameters before = Read(classifier.Parameters, hidden);
        classifier.Fit([sample], LabExercise.TrainingOptions(epochs: 1, learningRate: 1));
        return before.Plus(-1, Read(classifier.Parameters, hidden));
    }

    private static LabParameters Read(Parameters parameters, int hidden)
    {
        var read = new LabParameters(hidden);
        for (int p = 0; p < LabParameters.Names.Length; p++)
        {
            ReadOnlySpan<float> values = parameters[LabExercise.Symbols[p].Parameter];
            int columns = read[p].GetLength(1);
            for (int k = 0; k < values.Length; k++)
                read[p][k / columns, k % columns] = values[k];
        }
        return read;
    }
}
