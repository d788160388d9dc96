using System.CommandLine;
using Unroll.Training;

namespace Unroll.Cli.Runs;

/// <content>Settings that networks of one kind alone have.</content>
internal sealed partial class TrainFlags
{
    private void AddTransformer()
    {
        TransformerOptions defaults = Defaults.Transformer;
        SetTransformer(
            _flags.Add(Options.Integer("--heads", "Heads of a Transformer's attention", defaults.Heads, 1)),
            (options, value) => options with { Heads = value });
        SetTransformer(
            _flags.Add(
                Options.OptionalInteger(
                    "--feed-forward", "Width inside a Transformer's feed-forward part [default: that of the words]", 1)),
            (options, value) => options with { FeedForward = value });
        Option<Positions> positions = _flags.AddChoice(
            Options.Choice("--positions", "How a Transformer knows the order of the words", defaults.Positions));
        SetTransformer(positions, (options, value) => options with { Positions = value });
        Option<int> most = _flags.Add(
            Options.Integer(
                "--max-positions", "Places that --positions learned learns; longer texts are refused", defaults.MaximumPositions,
                1));
        SetTransformer(most, (options, value) => options with { MaximumPositions = value });
        _flags.SetCondition(
            most, parsed => IsTransformer(parsed) && parsed.GetValue(positions) == Positions.Learned,
            "--cell transformer --positions learned");
        SetTransformer(
            _flags.AddChoice(Options.Choice("--norm", "Where a Transformer's layer norms stand", defaults.Norm)),
            (options, value) => options with { Norm = value });
    }

    // A Transformer refuses it; a cell that does not read it is refused with all settings, by TrainingOptions.Validate.
    private void SetRecurrent<T>(Option<T> option, Func<TrainingOptions, T, TrainingOptions> set)
    {
        Set(option, set);
        _flags.SetCondition(option, parsed => !IsTransformer(parsed), "recurrent cells, and --cell is transformer");
    }

    private void SetTransformer<T>(Option<T> option, Func<TransformerOptions, T, TransformerOptions> set)
    {
        Set(option, (options, value) => options with { Transformer = set(options.Transformer, value) });
        _flags.SetCondition(option, IsTransformer, "--cell transformer");
    }

    private bool IsTransformer(ParseResult parsed) => parsed.GetValue(_cell) == Options.NameOf(Cell.Transformer);
}
