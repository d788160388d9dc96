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

    /// <summary>Steps on a network whose ids 0 and 1 are padding and the unknown word.</summary>
    public static TrainingStep Step(Network network, TrainingOptions options, WorkerPool pool) =>
        new(network, options.ToStepSettings(unknownId: 1), pool);
}
