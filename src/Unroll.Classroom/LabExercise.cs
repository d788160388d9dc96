using Unroll.Data;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Classroom;

/// <summary>The classroom lab: its two sentences, and the vanilla RNN that learns to tell them apart.</summary>
public static class LabExercise
{
    /// <summary>H, the width of the hidden state.</summary>
    public const int Hidden = 2;

    /// <summary>How often both sentences are seen.</summary>
    public const int Epochs = 300;

    /// <summary>The learning rate of plain SGD.</summary>
    public const float LearningRate = 0.1f;

    /// <summary>The loss is printed once every this many epochs.</summary>
    public const int ReportEvery = 50;

    private static readonly string[] WordList = ["The", "movie", "is", "good", "bad"];

    /// <summary>The whole vocabulary. A word's index is the position of the 1 in its one-hot vector.</summary>
    public static IReadOnlyList<string> Words => WordList;

    /// <summary>What the labels 0 and 1 mean.</summary>
    public static IReadOnlyList<string> LabelNames { get; } = ["bad", "good"];

    /// <summary>The exercise's symbols and the names of the parameters they stand for, in the exercise's order.</summary>
    public static IReadOnlyList<(string Symbol, string Parameter)> Symbols { get; } =
    [
        ("W", "rnn.weight_hh_l0"), ("U", "rnn.weight_ih_l0"), ("b", "rnn.bias_ih_l0"),
        ("W_out", "output.weight"), ("b_out", "output.bias"),
    ];

    /// <summary>The training sentences in the order in which an epoch sees them.</summary>
    public static IReadOnlyList<LabelledText> Samples { get; } = [new("1", "The movie is good"), new("0", "The movie is bad")];

    /// <summary>The sentences that are tested after training.</summary>
    public static IReadOnlyList<string> TestSentences { get; } = ["The movie is bad", "The movie is good"];

    /// <summary>Creates the lab's network, not yet trained.</summary>
    /// <param name="hidden">H, the width of the hidden state.</param>
    /// <param name="seed">Seed of the initial parameters.</param>
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

    /// <summary>The lab's way to train: one step of plain SGD after each sentence, always in the same order.</summary>
    /// <param name="epochs">How often both sentences are seen.</param>
    /// <param name="learningRate">The size of a step, as a multiple of the gradient.</param>
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

    /// <summary>A word's index in the vocabulary; -1 for any other word.</summary>
    internal static int WordId(string? word) => Array.IndexOf(WordList, word);

    /// <summary>The index of each word of a sentence, [T].</summary>
    internal static int[] WordIds(string sentence) => [.. sentence.Split(' ').Select(WordId)];

    /// <summary>A sample's label as a number, 0 or 1.</summary>
    internal static int LabelOf(LabelledText sample) => sample.Label == "1" ? 1 : 0;
}
