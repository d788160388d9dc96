using System.Text;
using System.Text.Json;
using Unroll.Search;
using Unroll.Training;

namespace Unroll.Cli.Runs;

/// <summary>
/// The folder of <c>--seeds</c> or <c>--folds</c>: a journal of what each gave. Several processes share the trainings through it,
/// and the same command again goes on where a killed one ended.
/// </summary>
internal sealed class RepeatedFolder
{
    private const string StateName = "state.safetensors";

    private readonly SharedParts _parts;

    /// <summary>Begins, or takes part.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="what">What is repeated: seeds, or how many folds.</param>
    /// <param name="settings">The settings of each training, as JSON.</param>
    /// <param name="rows">All rows.</param>
    /// <exception cref="InputException">The folder holds something else, or cannot be written to.</exception>
    public RepeatedFolder(string folder, string what, byte[] settings, TrainData rows) => _parts = new SharedParts(
        folder,
        $"{what} of {Encoding.UTF8.GetString(settings).ReplaceLineEndings(" ").TrimEnd()}, rows " +
        RowsHash.Of(rows.Train, rows.Dev, rows.Test, rows.Unlabelled));

    /// <summary>Trains those that nobody else does, and gives the results of all in their order.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="train">Trains one, from 0, with a checkpoint to go on from, and gives its figures as JSON.</param>
    /// <param name="read">Reads such figures.</param>
    public IEnumerable<T> Run<T>(int count, Func<int, CheckpointOptions, string> train, Func<JsonElement, T> read) => _parts.Run(
        count, (part, state) => train(part, new CheckpointOptions(Path.Combine(state, StateName)) { Resume = true }), read,
        CancellationToken.None);
}
