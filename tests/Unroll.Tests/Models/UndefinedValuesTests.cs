using Unroll.Engine.Networks;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>
/// A number that was cast to an enumeration and stands for nothing is refused at once, and never taken for something else.
/// </summary>
public class UndefinedValuesTests
{
    public static TheoryData<string, TrainingOptions> Options => new()
    {
        { "TrainingOptions.Cell is 99, expected rnn or gru or lstm or mingru or minlstm or sru or ",
            new TrainingOptions { Cell = (Cell)99 } },
        { "TrainingOptions.Nonlinearity is 9, expected tanh or relu", new TrainingOptions { Nonlinearity = (Nonlinearity)9 } },
        { "TrainingOptions.Pooling is 9, expected last or mean or max or attention",
            new TrainingOptions { Pooling = (Pooling)9 } },
        { "TrainingOptions.Tokens is 9, expected ", new TrainingOptions { Tokens = (TokenKind)9 } },
        { "TrainingOptions.Initialization is 9, expected ", new TrainingOptions { Initialization = (Initialization)9 } },
        { "TrainingOptions.RecurrentInitialization is 9, expected ",
            new TrainingOptions { RecurrentInitialization = (RecurrentInitialization)9 } },
        { "TrainingOptions.Optimizer is 9, expected ", new TrainingOptions { Optimizer = (OptimizerKind)9 } },
        { "TrainingOptions.Schedule is 9, expected ",
            new TrainingOptions { Schedule = new LearningRateSchedule((ScheduleKind)9) } },
        { "TrainingOptions.Best is 9, expected ", new TrainingOptions { Best = (DevMeasure)9 } },
    };

    [Theory]
    [MemberData(nameof(Options))]
    public void Training_options_name_the_setting(string expected, TrainingOptions options) =>
        Assert.StartsWith(expected, Assert.Throws<InputException>(options.Validate).Message, StringComparison.Ordinal);

    public static TheoryData<string, ModelConfig> Models
    {
        get
        {
            var config = new ModelConfig { Embedding = 2, Hidden = 2, Labels = ["a", "b"] };
            return new()
            {
                { "no such cell, expected Rnn, Gru, Lstm, MinGru, MinLstm, Sru, ", config with { Cell = (Cell)99 } },
                { "no such function, expected Tanh or Relu", config with { Nonlinearity = (Nonlinearity)9 } },
                { "no such function, expected Tanh or Relu", config with { Nonlinearity = (Nonlinearity)9, Cell = Cell.Lstm } },
                { "no such pooling, expected Last, Mean, Max, Attention", config with { Pooling = (Pooling)9 } },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_model_names_what_there_is(string expected, ModelConfig config)
    {
        var vocabulary = new Vocabulary(["<pad>", "<unk>", "x"], UnknownWords.Token);
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => SentenceClassifier.Create(config, vocabulary));
        Assert.StartsWith(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_computes_throws_too()
    {
        Assert.Throws<InvalidOperationException>(() => new LearningRateSchedule((ScheduleKind)9).Factor(1, 2));
        Assert.Throws<InvalidOperationException>(() => new Tokenizer((TokenKind)9).Tokenize("a"));
        Assert.Throws<ArgumentOutOfRangeException>(() => RecurrentCells.Of((Cell)99));
        var network = new Network(new NetworkConfig { Vocabulary = 3, Embedding = 2, Hidden = 2, Classes = 2 });
        var values = new InitialValues { RecurrentInitialization = (RecurrentInitialization)9 };
        Assert.Throws<InvalidOperationException>(() => values.Draw(network, new Engine.Numerics.TorchGenerator(1)));
    }
}
