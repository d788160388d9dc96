using Unroll.Engine.Batches;
using Unroll.Engine.Layers;
using Unroll.Engine.Numerics;
using Unroll.Engine.Optimization;

namespace Unroll.Engine.Networks;

/// <summary>
/// A network that reads real numbers, with a linear output at the last steps: sequences x [T,B,I] of one length → y [O,B,C] at
/// steps T-O … T-1. The layers and their backward passes are the classifier's; the loss is its user's.
/// </summary>
public sealed unsafe class SequenceNetwork
{
    private readonly Network _network;
    private readonly ILayerPass _pass;
    private readonly Parameters _gradients;
    private readonly Optimizer _optimizer;
    private readonly Shard _shard = new();
    private readonly int _firstOutput;
    private readonly AlignedBuffer _input;
    private readonly AlignedBuffer _states;
    private readonly AlignedBuffer _dStates;
    private readonly AlignedBuffer _outputs;
    private readonly AlignedBuffer _scratch;

    /// <summary>Makes room for sequences, and packs the network.</summary>
    /// <param name="network">A network of one layer over real input, of no vocabulary, with its first parameters.</param>
    /// <param name="optimizer">How gradients become updates.</param>
    /// <param name="steps">T.</param>
    /// <param name="outputSteps">O, at most T.</param>
    /// <param name="rows">B.</param>
    /// <exception cref="ArgumentException">The network has more layers or reads ids.</exception>
    public SequenceNetwork(Network network, OptimizerSettings optimizer, int steps, int outputSteps, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(outputSteps, steps);
        if (network.Layers.Count != 1 || network.Config.Vocabulary > 0)
            throw new ArgumentException("expected a network of one layer that reads real numbers", nameof(network));
        (_network, _firstOutput) = (network, steps - outputSteps);
        _pass = network.Layers[0].CreatePass();
        _gradients = network.Parameters.ZerosLike();
        _optimizer = new Optimizer(network.Kernels, optimizer, network.Parameters.Length);
        int[] lengths = new int[rows];
        Array.Fill(lengths, steps);
        _shard.Lay(lengths, firstRow: 0, firstToken: 0);
        int tokens = _shard.Tokens;
        _input = new AlignedBuffer((long)tokens * network.Config.Embedding);
        _states = new AlignedBuffer((long)tokens * network.StateSize);
        _dStates = new AlignedBuffer((long)tokens * network.StateSize);
        _outputs = new AlignedBuffer((long)outputSteps * rows * network.Config.Classes);
        _pass.Prepare(tokens, rows, PassMode.ForwardBackward);
        _scratch = new AlignedBuffer(Math.Max(
            network.Output.ScratchLength(outputSteps * rows), _pass.ScratchLength(_shard, PassMode.ForwardBackward)));
        network.Pack();
    }

    /// <summary>x, [T,B,I]; to be filled.</summary>
    public Span<float> Input => _input.Span;

    /// <summary>y, [O,B,C], after <see cref="Forward"/>; to be overwritten with dy before <see cref="Backward"/>.</summary>
    public Span<float> Outputs => _outputs.Span;

    /// <summary>The network's parameters; after a change from outside they take effect with <see cref="Pack"/>.</summary>
    public Parameters Parameters => _network.Parameters;

    /// <summary>The gradients of the last <see cref="Backward"/>.</summary>
    public Parameters Gradients => _gradients;

    /// <summary>x → y.</summary>
    public void Forward()
    {
        _pass.Forward(Arguments);
        _network.Output.Forward(OutputStates(_states), Parameters.PointerTo(_network.OutputBias), OutputMatrix);
    }

    /// <summary>dy → the gradients of every parameter.</summary>
    public void Backward()
    {
        _network.PackBackward();
        _gradients.Writable.Clear();
        _dStates.Span.Clear();
        _network.Output.Backward(
            OutputStates(_states), OutputMatrix, OutputStates(_dStates), _gradients.PointerTo(_network.OutputWeight),
            _gradients.PointerTo(_network.OutputBias), _scratch.Pointer);
        _pass.Backward(Arguments, _network.TensorsOf(0, _gradients.Pointer));
    }

    /// <summary>One step of the optimizer.</summary>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <returns>The norm of the gradients before clipping.</returns>
    public double Update(float learningRate)
    {
        int start = Parameters.DenseStart;
        int count = Parameters.Length - start;
        double norm = Math.Sqrt(_network.Kernels.SumOfSquares(count, _gradients.Pointer + start));
        _optimizer.Begin(learningRate, norm);
        _optimizer.Update(start, count, Parameters.Pointer, _gradients.Pointer + start);
        Pack();
        return norm;
    }

    /// <summary>Takes parameters that were changed from outside.</summary>
    public void Pack() => _network.Pack();

    private Matrix OutputMatrix => _outputs.AsMatrix((_shard.Steps - _firstOutput) * _shard.Rows, _network.Config.Classes);

    private LayerArguments Arguments => new()
    {
        Shard = _shard,
        Mode = PassMode.ForwardBackward,
        Input = _input.AsMatrix(_shard.Tokens, _network.Config.Embedding),
        Output = _states.AsMatrix(_shard.Tokens, _network.StateSize),
        DOutput = _dStates.AsMatrix(_shard.Tokens, _network.StateSize),
        Scratch = _scratch.Pointer,
    };

    // Steps stand one after the other, so the last ones are one block.
    private Matrix OutputStates(AlignedBuffer states)
    {
        int first = _shard.Offset(_firstOutput);
        return states.AsMatrix(_shard.Tokens, _network.StateSize).RowsFrom(first, _shard.Tokens - first);
    }
}
