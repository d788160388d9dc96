using System.Text;
using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Storage;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>What a program may not ask of a Transformer, and what a Transformer alone has.</summary>
public class TransformerOptionsTests
{
    private static readonly TrainingOptions Transformer = new() { Cell = Cell.Transformer };

    public static TheoryData<string, TrainingOptions> Refused => new()
    {
        { "TrainingOptions.Hidden is for recurrent cells", Transformer with { Hidden = 64 } },
        { "TrainingOptions.Bidirectional is for recurrent cells", Transformer with { Bidirectional = false } },
        { "TrainingOptions.Nonlinearity is for recurrent cells", Transformer with { Nonlinearity = Nonlinearity.Relu } },
        { "TrainingOptions.ForgetBias is for recurrent cells", Transformer with { ForgetBias = 1 } },
        { "TrainingOptions.TruncateSteps is for recurrent cells", Transformer with { TruncateSteps = 5 } },
        {
            "TrainingOptions.RecurrentInitialization is for recurrent cells",
            Transformer with { RecurrentInitialization = RecurrentInitialization.Identity }
        },
        {
            "TrainingOptions.Initialization is for recurrent cells",
            Transformer with { Initialization = Initialization.StandardNormal }
        },
        { "TrainingOptions.Cell = Transformer needs word vectors", Transformer with { Embedding = 0 } },
        { "TransformerOptions.Heads is 3, expected a number that divides", With(new() { Heads = 3 }) },
        { "TransformerOptions.FeedForward is 0, expected a positive width", With(new() { FeedForward = 0 }) },
        { "TransformerOptions.MaximumPositions is 0, expected a number from 1", With(new() { MaximumPositions = 0 }) },
        { "TransformerOptions.PositionScale is 0, expected a positive number", With(new() { PositionScale = 0 }) },
        { "TrainingOptions.Transformer.Positions is 9", With(new() { Positions = (Positions)9 }) },
        { "TrainingOptions.Transformer.Norm is 9", With(new() { Norm = (NormPlace)9 }) },
        {
            "TrainingOptions.Transformer is set and TrainingOptions.Cell is Gru",
            new TrainingOptions { Transformer = new() { Heads = 2 } }
        },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void It_is_refused_in_one_line(string start, TrainingOptions options)
    {
        string message = Assert.Throws<InputException>(options.Validate).Message;
        Assert.StartsWith(start, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void The_defaults_are_a_Transformer_about_as_large_as_the_default_GRU()
    {
        Transformer.Validate();
        Transformer.ValidateModel();
        long transformer = Weights(Transformer);
        long gru = Weights(new TrainingOptions());
        Assert.InRange((double)transformer / gru, 0.9, 1.1);

        static long Weights(TrainingOptions options)
        {
            var layout = new NetworkLayout(ConfigOf(options).ToNetwork(10));
            return layout.Parameters.Where(parameter => !parameter.IsTable).Sum(parameter => (long)parameter.Length);
        }
    }

    [Fact]
    public void Adversarial_steps_are_taken_where_they_are_asked_for()
    {
        var texts = new EncodedTexts();
        texts.Add([1, 2, 3], 0);
        Assert.Equal(0, Transformer.ResolveFor(ConfigOf(Transformer), texts).Adversarial);
        Assert.Equal(0.1f, (Transformer with { Adversarial = 0.1f }).ResolveFor(ConfigOf(Transformer), texts).Adversarial);
    }

    [Theory]
    [InlineData(Positions.Sinusoidal)]
    [InlineData(Positions.Learned)]
    public void A_config_is_read_as_it_was_written(Positions positions)
    {
        ModelConfig config = ConfigOf(With(new() { Positions = positions, Heads = 5, Norm = NormPlace.After }));
        ModelConfig read = ModelConfigJson.Read(ModelConfigJson.Write(config), "config.json");
        Assert.Equal(config.Transformer, read.Transformer with
        {
            MaximumPositions = positions == Positions.Learned ? read.Transformer.MaximumPositions : 512,
        });
        Assert.Equal(config with { Labels = read.Labels, Transformer = read.Transformer }, read);
    }

    [Theory]
    [InlineData("\"heads\": 4", "\"heads\": 3", "heads is 3, expected a number that divides embedding, 200")]
    [InlineData("\"heads\": 4", "\"heads\": 0", "heads is 0, expected a whole number of at least 1")]
    [InlineData("\"norm\": \"before\"", "\"norm\": \"beside\"", "norm is beside, expected before or after")]
    [InlineData("\"layers\": 1", "\"hidden\": 8, \"layers\": 1", "unknown key \"hidden\"")]
    [InlineData("\"position_scale\": 0.1", "\"position_scale\": 0", "position_scale is 0, expected a number above 0")]
    [InlineData("\"feed_forward\": 200", "\"feed_forward\": 0", "feed_forward is 0, expected a whole number of at least 1")]
    [InlineData("\"cell\": \"transformer\"", "\"cell\": \"gru\"", "unknown key \"heads\"")]
    public void A_config_that_is_none_is_refused(string from, string to, string expected)
    {
        string json = ConfigOf(Transformer).ToJson();
        Assert.Contains(from, json, StringComparison.Ordinal);
        byte[] changed = Encoding.UTF8.GetBytes(json.Replace(from, to, StringComparison.Ordinal));
        string message = Assert.Throws<InputException>(() => ModelConfigJson.Read(changed, "config.json")).Message;
        Assert.StartsWith($"config.json: {expected}", message, StringComparison.Ordinal);
    }

    private static ModelConfig ConfigOf(TrainingOptions options) => options.ToModelSizes() with { Labels = ["a", "b"] };

    private static TrainingOptions With(TransformerOptions options) => Transformer with { Transformer = options };
}
