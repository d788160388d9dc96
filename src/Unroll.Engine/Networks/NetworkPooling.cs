using Unroll.Engine.Layers;

namespace Unroll.Engine.Networks;

/// <summary>How a network makes one vector of the hidden states of each sentence, by the pooling that it has.</summary>
internal static unsafe class NetworkPooling
{
    /// <summary>The pooled vectors of a shard.</summary>
    /// <param name="network">The network.</param>
    /// <param name="buffers">Have the memory that attention needs.</param>
    /// <param name="pass">The shard's states and pooled vectors.</param>
    public static void Forward(Network network, PassBuffers buffers, in PoolingPass pass)
    {
        switch (network.Config.Pooling)
        {
            case Pooling.Mean:
                SimplePooling.MeanForward(pass);
                break;
            case Pooling.Max:
                SimplePooling.MaxForward(pass);
                break;
            case Pooling.Attention:
                Parameters parameters = network.Parameters;
                network.Attention!.Forward(
                    pass, parameters.PointerTo(network.AttentionParameters[1]), parameters.PointerTo(network.AttentionParameters[2]),
                    Scores(buffers, pass), buffers.Alpha + pass.Shard.FirstToken);
                break;
            case Pooling.Last:
                SimplePooling.LastForward(pass);
                break;
            default:
                throw new InvalidOperationException($"no pooling {network.Config.Pooling}");
        }
    }

    /// <summary>The gradients of a shard's states from those of its pooled vectors.</summary>
    /// <param name="network">The network.</param>
    /// <param name="buffers">As they were forward.</param>
    /// <param name="pass">The shard's states and pooled vectors, with gradients.</param>
    /// <param name="gradients">Where attention adds those of its parameters.</param>
    /// <param name="scratch">Memory of the worker.</param>
    public static void Backward(Network network, PassBuffers buffers, in PoolingPass pass, ShardGradients gradients, float* scratch)
    {
        switch (network.Config.Pooling)
        {
            case Pooling.Mean:
                SimplePooling.MeanBackward(pass);
                break;
            case Pooling.Max:
                SimplePooling.MaxBackward(pass);
                break;
            case Pooling.Attention:
                Parameter[] attention = network.AttentionParameters;
                network.Attention!.Backward(
                    pass, network.Parameters.PointerTo(attention[2]), Scores(buffers, pass), buffers.Alpha + pass.Shard.FirstToken,
                    gradients[attention[0]], gradients[attention[1]], gradients[attention[2]], scratch);
                break;
            case Pooling.Last:
                SimplePooling.LastBackward(pass);
                break;
            default:
                throw new InvalidOperationException($"no pooling {network.Config.Pooling}");
        }
    }

    private static float* Scores(PassBuffers buffers, in PoolingPass pass) => buffers.Attention + (long)pass.Shard.FirstToken * pass.Width;
}
