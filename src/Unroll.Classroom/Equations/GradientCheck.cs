using System.Text.Json;
using Unroll.Data;
using Unroll.Models;
using Unroll.Storage;

namespace Unroll.Classroom.Equations;

/// <summary>
/// Compares hand-written back-propagation through time with central finite differences, (L(θ + ε) - L(θ - ε)) / 2ε, for every
/// number of every parameter and both of the lab's sentences, in double precision.
/// </summary>
public sealed class GradientCheck
{
    /// <summary>A parameter passes when it differs by no more than this.</summary>
    public const double LargestAbsolute = 1e-5;

    /// <summary>A parameter also passes when it differs by no more than this share of its gradient.</summary>
    public const double LargestRelative = 1e-3;

    private const double Epsilon = 1e-6;

    // Differences between smaller gradients are rounding.
    private const double SmallestScale = 1e-6;

    private GradientCheck(IReadOnlyList<GradientDifference> differences) => Differences = differences;

    /// <summary>One for each parameter, in the exercise's order.</summary>
    public IReadOnlyList<GradientDifference> Differences { get; }

    /// <summary>Whether every parameter passes.</summary>
    public bool Passes => Differences.All(d => d.Absolute <= LargestAbsolute || d.Relative <= LargestRelative);

    /// <summary>Checks the lab's network at its initial parameters.</summary>
    /// <param name="hidden">H, the width of the hidden state.</param>
    /// <param name="seed">Seed of the parameters.</param>
    public static GradientCheck Run(int hidden, ulong seed) => Run(hidden, seed, default);

    /// <summary>The same with mistakes in the hand-written gradient, to see that the check finds them.</summary>
    internal static GradientCheck Run(int hidden, ulong seed, BackwardMistakes mistakes)
    {
        LabParameters parameters = Read(LabExercise.CreateClassifier(hidden, seed), hidden);
        GradientDifference[] largest = [.. LabParameters.Names.Zip(LabParameters.Shapes(hidden), NoDifference)];
        foreach (LabelledText sample in LabExercise.Samples)
        {
            int[] words = LabExercise.WordIds(sample.Text);
            int label = LabExercise.LabelOf(sample);
            ForwardPass pass = LabNetwork.Forward(parameters, words);
            LabParameters byHand = LabNetwork.Backward(parameters, words, pass, label, mistakes, learningRate: 0);
            LabParameters byEngine = EngineGradient(hidden, seed, sample);
            for (int p = 0; p < LabParameters.Count; p++)
            {
                for (int i = 0; i < byHand[p].GetLength(0); i++)
                {
                    for (int j = 0; j < byHand[p].GetLength(1); j++)
                    {
                        double numeric = FiniteDifference(parameters, p, i, j, words, label);
                        largest[p] = Larger(largest[p], byHand[p][i, j], numeric, byEngine[p][i, j]);
                    }
                }
            }
        }
        return new GradientCheck(largest);
    }

    /// <summary>Writes the result as the fields of a JSON object.</summary>
    /// <param name="json">Where to, inside an object.</param>
    public void WriteFields(Utf8JsonWriter json)
    {
        json.WriteBoolean("passes", Passes);
        json.WriteStartObject("parameters");
        foreach (GradientDifference difference in Differences)
        {
            json.WriteStartObject(difference.Parameter);
            difference.WriteFields(json);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static GradientDifference NoDifference(string name, (int Rows, int Columns) shape) =>
        new(name, $"{shape.Rows}×{shape.Columns}", Gradient: 0, Absolute: 0, Relative: 0, Engine: 0);

    private static GradientDifference Larger(GradientDifference largest, double byHand, double numeric, double byEngine)
    {
        double difference = Math.Abs(byHand - numeric);
        double scale = Math.Max(SmallestScale, Math.Max(Math.Abs(byHand), Math.Abs(numeric)));
        return largest with
        {
            Gradient = Math.Max(largest.Gradient, Math.Abs(byHand)),
            Absolute = Math.Max(largest.Absolute, difference),
            Relative = Math.Max(largest.Relative, difference / scale),
            Engine = Math.Max(largest.Engine, Math.Abs(byHand - byEngine)),
        };
    }

    private static double FiniteDifference(LabParameters parameters, int p, int i, int j, int[] words, int label)
    {
        double value = parameters[p][i, j];
        parameters[p][i, j] = value + Epsilon;
        double above = LabNetwork.Loss(LabNetwork.Forward(parameters, words).Logits, label);
        parameters[p][i, j] = value - Epsilon;
        double below = LabNetwork.Loss(LabNetwork.Forward(parameters, words).Logits, label);
        parameters[p][i, j] = value;
        return (above - below) / (2 * Epsilon);
    }

    // A step of SGD with learning rate 1 changes the parameters by the gradient.
    private static LabParameters EngineGradient(int hidden, ulong seed, LabelledText sample)
    {
        SentenceClassifier classifier = LabExercise.CreateClassifier(hidden, seed);
        LabParameters before = Read(classifier, hidden);
        classifier.Fit([sample], LabExercise.TrainingOptions(epochs: 1, learningRate: 1));
        return before.Plus(-1, Read(classifier, hidden));
    }

    private static LabParameters Read(SentenceClassifier classifier, int hidden)
    {
        Dictionary<string, NamedTensor> tensors = classifier.Tensors.ToDictionary(tensor => tensor.Name);
        var read = new LabParameters(hidden);
        for (int p = 0; p < LabParameters.Count; p++)
        {
            ReadOnlySpan<float> values = tensors[LabExercise.Symbols[p].Parameter].Values.Span;
            int columns = read[p].GetLength(1);
            for (int k = 0; k < values.Length; k++)
                read[p][k / columns, k % columns] = values[k];
        }
        return read;
    }
}
