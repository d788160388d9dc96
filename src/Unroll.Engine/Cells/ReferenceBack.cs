namespace Unroll.Engine.Cells;

/// <summary>Gradients of the parameters of one recurrent layer in double precision, as long as the parameters.</summary>
public sealed class ReferenceGradients
{
    /// <summary>Begins with zeros.</summary>
    /// <param name="layer">The parameters.</param>
    public ReferenceGradients(ReferenceParameters layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        InputWeight = new double[layer.InputWeight.Length];
        RecurrentWeight = new double[layer.RecurrentWeight.Length];
        Bias = new double[layer.Bias.Length];
        MemoryWeight = new double[layer.MemoryWeight.Length];
    }

    /// <summary>dW_ih.</summary>
    public double[] InputWeight { get; }

    /// <summary>dW_hh.</summary>
    public double[] RecurrentWeight { get; }

    /// <summary>db.</summary>
    public double[] Bias { get; }

    /// <summary>dv.</summary>
    public double[] MemoryWeight { get; }
}

/// <summary>One step back of a cell's reference: what goes in, and the linear part that all cells share.</summary>
/// <param name="layer">The parameters.</param>
/// <param name="step">The step.</param>
/// <param name="dState">ds_t, [S].</param>
/// <param name="gradients">Where the gradients of the parameters are added; null where they are not wanted.</param>
public sealed class ReferenceBack(
    ReferenceParameters layer, ReferenceStep step, double[] dState, ReferenceGradients? gradients = null)
{
    /// <summary>The parameters.</summary>
    public ReferenceParameters Layer => layer;

    /// <summary>The step.</summary>
    public ReferenceStep Step => step;

    /// <summary>ds_t, [S].</summary>
    public double[] DState => dState;

    /// <summary>ds_{t-1}, [S]: zeros that are added to.</summary>
    public double[] DPrevious { get; } = new double[dState.Length];

    /// <summary>dx_t, [I]: zeros that are added to; not computed where gradients are not wanted.</summary>
    public double[] DInput { get; } = new double[gradients is null ? 0 : layer.InputSize];

    /// <summary>A pre-activation that reads a row of W_ih, the same row of W_hh and the bias of that place.</summary>
    /// <param name="row">The row.</param>
    /// <param name="da">The gradient of that row's pre-activation.</param>
    public void Add(int row, double da)
    {
        AddInput(row, da);
        AddRecurrent(row, da);
    }

    /// <summary>A pre-activation that reads a row of W_ih, and the bias of that place if there is one.</summary>
    /// <param name="row">The row.</param>
    /// <param name="da">The gradient of that row's pre-activation.</param>
    public void AddInput(int row, double da)
    {
        if (gradients is null)
            return;
        int start = row * layer.InputSize;
        for (int j = 0; j < layer.InputSize; j++)
        {
            gradients.InputWeight[start + j] += da * step.Input[j];
            DInput[j] += da * layer.InputWeight[start + j];
        }
        if (row < gradients.Bias.Length)
            gradients.Bias[row] += da;
    }

    /// <summary>A part of dx_t that does not come through W_ih.</summary>
    /// <param name="place">The element of x_t.</param>
    /// <param name="dx">Its gradient.</param>
    public void AddToInput(int place, double dx)
    {
        if (gradients is not null)
            DInput[place] += dx;
    }

    /// <summary>A pre-activation that reads a row of W_hh.</summary>
    /// <param name="row">The row.</param>
    /// <param name="da">The gradient of that row's pre-activation.</param>
    public void AddRecurrent(int row, double da)
    {
        int start = row * layer.HiddenSize;
        for (int j = 0; j < layer.HiddenSize; j++)
            DPrevious[j] += da * layer.RecurrentWeight[start + j];
        if (gradients is null)
            return;
        for (int j = 0; j < layer.HiddenSize; j++)
            gradients.RecurrentWeight[start + j] += da * step.Previous[j];
    }

    /// <summary>A bias that stands behind those of W_ih's rows.</summary>
    /// <param name="place">Its place among all biases.</param>
    /// <param name="da">Its gradient.</param>
    public void AddBias(int place, double da)
    {
        if (gradients is not null)
            gradients.Bias[place] += da;
    }

    /// <summary>A weight that multiplies an element of the memory.</summary>
    /// <param name="place">Its place in v.</param>
    /// <param name="da">The gradient of the pre-activation.</param>
    /// <param name="value">The element.</param>
    public void AddMemoryWeight(int place, double da, double value)
    {
        if (gradients is not null)
            gradients.MemoryWeight[place] += da * value;
    }
}
