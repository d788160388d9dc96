using Unroll.Engine.Layers;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Networks;

/// <summary>How a network makes one vector of the states of each sentence, by the pooling that it has.</summary>
internal static unsafe class NetworkPooling
{
    /// <summary>The pooled vectors of a shard.</summary>
    /// <param name="network">The network.</param>
    /// <param name="buffers">Have the memory that attention needs.</param>
    /// <param name="arguments">The shard's states and pooled vectors.</param>
    public static void Forward(Network network, PassBuffers buffers, in PoolingArguments arguments)
    {
        switch (network.Config.Pooling)
        {
            case Pooling.Last:
                SimplePooling.LastForward(arguments);
                break;
            case Pooling.Mean:
                SimplePooling.MeanForward(arguments);
                break;
            case Pooling.Max:
                SimplePooling.MaxForward(arguments);
                break;
            case Pooling.Attention:
                Parameters parameters = network.Parameters;
                network.Attention!.Forward(
                    arguments, parameters.PointerTo(network.AttentionParameters[1]),
                    parameters.PointerTo(network.AttentionParameters[2]), Scores(buffers, arguments),
                    buffers.Alpha + arguments.Shard.FirstToken);
                break;
            default:
                throw new InvalidOperationException($"no pooling {network.Config.Pooling}");
        }
    }

    /// <summary>The gradients of a shard's states from those of its pooled vectors.</summary>
    /// <param name="network">The network.</param>
    /// <param name="buffers">As they were forward.</param>
    /// <param name="arguments">The shard's states and pooled vectors, with gradients.</param>
    /// <param name="gradients">Where attention adds those of its parameters.</param>
    /// <param name="scratch">Memory of the worker.</param>
    public static void Backward(
        Network network, PassBuffers buffers, in PoolingArguments arguments, ShardGradients gradients, float* scratch)
    {
        switch (network.Config.Pooling)
        {
            case Pooling.Last:
                SimplePooling.LastBackward(arguments);
                break;
            case Pooling.Mean:
                SimplePooling.MeanBackward(arguments);
                break;
            case Pooling.Max:
                SimplePooling.MaxBackward(arguments);
                break;
            case Pooling.Attention:
                Parameter[] attention = network.AttentionParameters;
                var places = new AttentionGradients(gradients[attention[0]], gradients[attention[1]], gradients[attention[2]]);
                network.Attention!.Backward(
                    arguments, network.Parameters.PointerTo(attention[2]), Scores(buffers, arguments),
                    buffers.Alpha + arguments.Shard.FirstToken, places, scratch);
                break;
            default:
                throw new InvalidOperationException($"no pooling {network.Config.Pooling}");
        }
    }

    private static Matrix Scores(PassBuffers buffers, in PoolingArguments arguments) =>
        buffers.Attention.RowsFrom(arguments.Shard.FirstToken, arguments.Shard.Tokens);
}
