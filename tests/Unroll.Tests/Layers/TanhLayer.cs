using Unroll.Engine.Batches;
using Unroll.Engine.Kernels;
using Unroll.Engine.Layers;
using Unroll.Engine.Numerics;

namespace Unroll.Tests.Layers;

/// <summary>A layer without recurrence, for tests: y_t = tanh(W x_t + b), each token by itself.</summary>
internal sealed unsafe class TanhLayer(IKernels kernels, int inputSize, int outputSize) : ILayer
{
    private readonly Linear _linear = new(kernels, inputSize, outputSize);
    private float* _bias;

    public int OutputSize => outputSize;

    public int ForwardSize => outputSize;

    public bool DropsOutput => true;

    public IReadOnlyList<TensorShape> Tensors { get; } =
        [new TensorShape("token.weight", [outputSize, inputSize]), new TensorShape("token.bias", [outputSize])];

    public IEnumerable<PackedWeight> PackedWeights => [_linear.Weight];

    public long BackwardLength => _linear.Weight.BackwardLength;

    public void Pack(LayerTensors parameters)
    {
        _linear.Weight.Pack(parameters[0]);
        _bias = parameters[1];
    }

    public void PackBackward(LayerTensors parameters) => _linear.Weight.PackBackward(parameters[0]);

    public void FreeBackward() => _linear.Weight.FreeBackward();

    public ILayerPass CreatePass() => new Pass(this);

    private void Forward(in Matrix x, in Matrix y)
    {
        _linear.Forward(x, _bias, y);
        kernels.Tanh(y.Rows * y.Columns, y.Pointer);
    }

    private sealed class Pass(TanhLayer layer) : ILayerPass
    {
        private readonly AlignedBuffer _da = new();
        private int _tokens;

        public long Length => _da.Length;

        public void Prepare(int tokens, int rows, PassMode mode)
        {
            _tokens = tokens;
            if (mode == PassMode.ForwardBackward)
                _da.EnsureLength((long)tokens * layer.OutputSize);
        }

        public long ScratchLength(Shard shard, PassMode mode) =>
            mode == PassMode.Forward ? 0 : layer._linear.ScratchLength(shard.Tokens);

        public void Forward(in LayerArguments arguments) => layer.Forward(arguments.Input, arguments.Output);

        // da = dy ⊙ (1 - y²)
        public void Backward(in LayerArguments arguments, LayerTensors gradients)
        {
            Matrix da = _da.AsMatrix(_tokens, layer.OutputSize).RowsFrom(arguments.Shard.FirstToken, arguments.Shard.Tokens);
            for (int n = 0; n < da.Rows; n++)
            {
                for (int i = 0; i < da.Columns; i++)
                    da[n, i] = arguments.DOutput[n, i] * (1 - arguments.Output[n, i] * arguments.Output[n, i]);
            }
            layer._linear.Backward(arguments.Input, da, arguments.DInput, gradients[0], gradients[1], arguments.Scratch);
        }
    }
}
