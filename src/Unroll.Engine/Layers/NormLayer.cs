using Unroll.Engine.Batches;
using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Layers;

/// <summary>The norm behind all layers of a Transformer: <see cref="LayerNorm"/> alone.</summary>
/// <param name="kernels">The kernels that compute.</param>
/// <param name="width">E.</param>
/// <param name="name">What the names of its parameters begin with.</param>
internal sealed unsafe class NormLayer(IKernels kernels, int width, string name) : ILayer
{
    private readonly LayerNorm _norm = new(kernels, width);
    private LayerTensors _parameters;

    public int OutputSize => width;

    public int ForwardSize => width;

    public bool DropsOutput => false;

    public IReadOnlyList<TensorShape> Tensors { get; } = [new($"{name}.weight", [width]), new($"{name}.bias", [width])];

    public IEnumerable<PackedWeight> PackedWeights => [];

    public long BackwardLength => 0;

    public void Pack(LayerTensors parameters) => _parameters = parameters;

    public void PackBackward(LayerTensors parameters)
    {
    }

    public void FreeBackward()
    {
    }

    public ILayerPass CreatePass() => new Pass(this);

    private sealed class Pass(NormLayer layer) : ILayerPass
    {
        private readonly AlignedBuffer _statistics = new();
        private int _tokens;

        public long Length => _statistics.Length;

        public void Prepare(int tokens, int rows, PassMode mode)
        {
            _tokens = tokens;
            _statistics.EnsureLength((long)tokens * LayerNorm.Statistics);
        }

        public long ScratchLength(Shard shard, PassMode mode) => layer._norm.ScratchLength;

        public void Forward(in LayerArguments arguments) => layer._norm.Forward(
            arguments.Input, layer._parameters[0], layer._parameters[1], arguments.Output, StatisticsOf(arguments.Shard));

        public void Backward(in LayerArguments arguments, LayerTensors gradients)
        {
            arguments.DInput.Clear();
            layer._norm.Backward(
                arguments.Input, StatisticsOf(arguments.Shard), layer._parameters[0], arguments.DOutput, arguments.DInput,
                gradients[0], gradients[1], arguments.Scratch);
        }

        private Matrix StatisticsOf(Shard shard) =>
            _statistics.AsMatrix(_tokens, LayerNorm.Statistics).RowsFrom(shard.FirstToken, shard.Tokens);
    }
}
