using Unroll.Data;
using Unroll.Layers;
using Unroll.Models;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Cli;

/// <summary>The classroom lab: its data, its network and its sentences to test.</summary>
internal static class LabExercise
{
    public const int Hidden = 2;
    public const int Epochs = 300;
    public const float LearningRate = 0.1f;
    public const int ReportEvery = 50;

    /// <summary>The whole vocabulary; a word's place is the one in its one-hot vector.</summary>
    public static readonly string[] Words = ["The", "movie", "is", "good", "bad"];

    /// <summary>What the labels 0 and 1 are called.</summary>
    public static readonly string[] LabelNames = ["bad", "good"];

    /// <summary>The exercise's symbols and the parameters they stand for, in the exercise's order.</summary>
    public static readonly (string Symbol, string Parameter)[] Symbols =
    [
        ("W", "rnn.weight_hh_l0"), ("U", "rnn.weight_ih_l0"), ("b", "rnn.bias_ih_l0"),
        ("W_out", "output.weight"), ("b_out", "output.bias"),
    ];

    public static readonly LabelledText[] Samples = [new("1", "The movie is good"), new("0", "The movie is bad")];

    public static readonly string[] TestSentences = ["The movie is bad", "The movie is good"];

    public static SentenceClassifier CreateClassifier(int hidden, ulong seed) =>
        SentenceClassifier.Create(
            new ModelConfig
            {
                Cell = Cell.Rnn,
                Embedding = 0,
                Hidden = hidden,
                Labels = ["0", "1"],
                Tokens = new Tokenizer(TokenKind.Whitespace, Lowercase: false),
                Unknown = UnknownWords.Refuse,
            },
            new Vocabulary(Words, UnknownWords.Refuse),
            new TrainingOptions { Initialization = Initialization.StandardNormal, Seed = seed });

    /// <summary>One step for each sentence, in order.</summary>
    public static TrainingOptions TrainingOptions(int epochs, float learningRate) =>
        new()
        {
            Optimizer = OptimizerKind.Sgd,
            ClipNorm = null,
            Schedule = new LearningRateSchedule(ScheduleKind.Constant),
            Epochs = epochs,
            LearningRate = learningRate,
            BatchSize = 1,
            Shuffle = false,
            Threads = 1,
        };
}
