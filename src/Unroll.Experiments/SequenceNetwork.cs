using Unroll.Engine.Batches;
using Unroll.Engine.Layers;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Optimization;

namespace Unroll.Experiments;

/// <summary>
/// A recurrent layer that reads real numbers, and a linear output at the last steps: sequences x [T,B,I] of one length → y
/// [O,B,C] at steps T-O … T-1. The layers and their backward passes are the classifier's; the loss is its user's.
/// </summary>
internal sealed unsafe class SequenceNetwork
{
    private readonly Network _network;
    private readonly Parameters _parameters;
    private readonly Parameters _gradients;
    private readonly Optimizer _optimizer;
    private readonly Shard _shard = new();
    private readonly int _hidden;
    private readonly int _firstOutput;
    private readonly AlignedBuffer _input;
    private readonly AlignedBuffer _states;
    private readonly AlignedBuffer _dStates;
    private readonly AlignedBuffer _gates;
    private readonly AlignedBuffer _cells;
    private readonly AlignedBuffer _tanhCells;
    private readonly AlignedBuffer _dHiddenLater;
    private readonly AlignedBuffer _dCellLater;
    private readonly AlignedBuffer _outputs;
    private readonly AlignedBuffer _scratch;

    /// <summary>Draws the parameters and makes room.</summary>
    /// <param name="cell">The recurrent layer.</param>
    /// <param name="inputSize">I.</param>
    /// <param name="hidden">H.</param>
    /// <param name="outputs">C.</param>
    /// <param name="steps">T.</param>
    /// <param name="outputSteps">O, at most T.</param>
    /// <param name="rows">B.</param>
    /// <param name="settings">Seed, optimizer and clipping.</param>
    public SequenceNetwork(
        CellChoice cell, int inputSize, int hidden, int outputs, int steps, int outputSteps, int rows, StepSettings settings)
    {
        (_hidden, _firstOutput) = (hidden, steps - outputSteps);
        _network = new Network(cell.Config(inputSize, hidden, outputs));
        _parameters = _network.Parameters;
        _gradients = _parameters.ZerosLike();
        cell.Initialize(_network, settings.Seed);
        _optimizer = new Optimizer(_network.Kernels, settings.Optimizer, _parameters.Length);
        int[] lengths = new int[rows];
        Array.Fill(lengths, steps);
        _shard.Lay(lengths, 0, 0);
        int tokens = _shard.Tokens;
        _input = new AlignedBuffer(tokens * inputSize);
        _states = new AlignedBuffer(tokens * hidden);
        _dStates = new AlignedBuffer(tokens * hidden);
        _gates = new AlignedBuffer(tokens * _network.Layout.Cell.Columns * hidden);
        _cells = new AlignedBuffer(tokens * hidden);
        _tanhCells = new AlignedBuffer(tokens * hidden);
        _dHiddenLater = new AlignedBuffer(rows * hidden);
        _dCellLater = new AlignedBuffer(rows * hidden);
        _outputs = new AlignedBuffer(outputSteps * rows * outputs);
        _scratch = new AlignedBuffer(Math.Max(
            _network.Output.ScratchLength(outputSteps * rows), _network.Recurrent[0].ScratchLength(_network.Kernels, rows)));
    }

    /// <summary>x, [T,B,I]; to be filled.</summary>
    public Span<float> Input => _input.Span;

    /// <summary>y, [O,B,C], after <see cref="Forward"/>; to be overwritten with dy before <see cref="Backward"/>.</summary>
    public Span<float> Outputs => _outputs.Span;

    public Parameters Parameters => _parameters;

    public Parameters Gradients => _gradients;

    /// <summary>x → y.</summary>
    public void Forward()
    {
        RecurrentPass pass = Pass();
        _network.Recurrent[0].Forward(_network.Kernels, _network.Weights[0], pass);
        _network.Output.Forward(
            OutputRows, _parameters.PointerTo(_network.OutputBias), FirstOutputState(_states), _outputs.Pointer);
    }

    /// <summary>dy → the gradients of every parameter.</summary>
    public void Backward()
    {
        _gradients.Values.Clear();
        _dStates.Span.Clear();
        _network.Output.Backward(
            OutputRows, FirstOutputState(_states), _outputs.Pointer, FirstOutputState(_dStates),
            _gradients.PointerTo(_network.OutputWeight), _gradients.PointerTo(_network.OutputBias), _scratch.Pointer);
        RecurrentPass pass = Pass();
        pass.DInputWeight = _gradients.PointerTo(_network.InputWeight(0));
        pass.DRecurrentWeight = _gradients.PointerTo(_network.RecurrentWeight(0));
        pass.DBias = _gradients.PointerTo(_network.Bias(0));
        pass.Scratch = _scratch.Pointer;
        _network.Recurrent[0].Backward(_network.Kernels, _network.Weights[0], pass);
    }

    /// <summary>One step of the optimizer.</summary>
    /// <returns>The norm of the gradients before clipping.</returns>
    public double Update(float learningRate)
    {
        int start = _parameters.DenseStart;
        int count = _parameters.Length - start;
        double norm = Math.Sqrt(_network.Kernels.SumOfSquares(count, _gradients.Pointer + start));
        _optimizer.Begin(learningRate, norm);
        _optimizer.Update(start, count, _parameters.Pointer, _gradients.Pointer + start);
        Pack();
        return norm;
    }

    /// <summary>Takes parameters that were changed from outside.</summary>
    public void Pack() => _network.Pack();

    private int OutputRows => (_shard.Steps - _firstOutput) * _shard.Rows;

    // Steps stand one after the other, so the last ones are one block.
    private float* FirstOutputState(AlignedBuffer states) => states.Pointer + (long)_shard.Offset(_firstOutput) * _hidden;

    private RecurrentPass Pass()
    {
        bool hasCell = _network.Layout.Cell.HasCellState;
        return new RecurrentPass
        {
            Shard = _shard,
            Input = _input.Pointer,
            InputRow = _network.InputSize(0),
            Hidden = _states.Pointer,
            HiddenRow = _hidden,
            KeepsTrace = true,
            Gates = _gates.Pointer,
            CellState = hasCell ? _cells.Pointer : null,
            TanhCell = hasCell ? _tanhCells.Pointer : null,
            DHidden = _dStates.Pointer,
            DHiddenLater = _dHiddenLater.Pointer,
            DCellLater = hasCell ? _dCellLater.Pointer : null,
        };
    }
}
