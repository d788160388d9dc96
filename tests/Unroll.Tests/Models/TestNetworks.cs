using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;
using Unroll.Storage;
using Unroll.Training;

namespace Unroll.Tests.Models;

/// <summary>Networks and training steps of the library's settings.</summary>
internal static class TestNetworks
{
    /// <summary>A network with drawn parameters.</summary>
    public static Network Create(ModelConfig config, int vocabulary, TrainingOptions options, ulong seed)
    {
        var network = new Network(config.ToNetwork(vocabulary));
        options.ToInitialValues(hasPadding: true).Draw(network, new TorchGenerator(seed));
        network.Pack();
        return network;
    }

    /// <summary>Some pieces of each word; the first two ids, padding and the unknown word, have none.</summary>
    public static SubwordLists Pieces(int words, int rows, TorchGenerator random)
    {
        var pieces = new SubwordLists();
        for (int word = 0; word < words; word++)
            pieces.Add(word < 2 ? [] : random.Integers(1 + word % 5, rows));
        return pieces;
    }

    /// <summary>Steps on a network whose ids 0 and 1 are padding and the unknown word.</summary>
    public static TrainingStep Step(
        Network network, TrainingOptions options, WorkerPool pool, ICommunicator? communicator = null) =>
        new(network, options.ToStepSettings(unknownId: 1), pool, communicator);
}
