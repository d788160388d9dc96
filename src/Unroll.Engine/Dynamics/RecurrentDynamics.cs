namespace Unroll.Engine.Dynamics;

/// <summary>
/// One recurrent layer as a dynamical system in double precision: the state s_t after a step, and row vectors times the Jacobian
/// ∂s_t/∂s_{t-1}. The state is h, for an LSTM h and then c.
/// </summary>
/// <remarks>
/// The equations are those of <see cref="Cells.RnnCell"/>, <see cref="Cells.GruCell"/> and <see cref="Cells.LstmCell"/>, one sentence and plain loops: for
/// measuring what single precision hides, such as two states 1e-6 apart.
/// </remarks>
public sealed class RecurrentDynamics
{
    private readonly Cell _cell;
    private readonly bool _relu;
    private readonly double[] _inputWeight;
    private readonly double[] _recurrentWeight;
    private readonly double[] _bias;
    private readonly int _gates;

    /// <summary>Takes the parameters of a layer.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="nonlinearity">The function of a vanilla RNN.</param>
    /// <param name="inputSize">I; at least 1.</param>
    /// <param name="hiddenSize">H.</param>
    /// <param name="inputWeight">W_ih, [G·H,I].</param>
    /// <param name="recurrentWeight">W_hh, [G·H,H].</param>
    /// <param name="bias">b, [G·H], and a GRU's b_hn, [H], behind it.</param>
    /// <exception cref="ArgumentException">An array has not as many values as it should.</exception>
    public RecurrentDynamics(
        Cell cell, Nonlinearity nonlinearity, int inputSize, int hiddenSize, ReadOnlySpan<double> inputWeight,
        ReadOnlySpan<double> recurrentWeight, ReadOnlySpan<double> bias)
    {
        (_cell, InputSize, HiddenSize) = (cell, inputSize, hiddenSize);
        _relu = nonlinearity == Nonlinearity.Relu;
        _gates = cell switch { Cell.Lstm => 4, Cell.Gru => 3, _ => 1 };
        int biases = cell == Cell.Gru ? 4 : _gates;
        Require(inputWeight.Length, _gates * hiddenSize * inputSize, nameof(inputWeight));
        Require(recurrentWeight.Length, _gates * hiddenSize * hiddenSize, nameof(recurrentWeight));
        Require(bias.Length, biases * hiddenSize, nameof(bias));
        _inputWeight = inputWeight.ToArray();
        _recurrentWeight = recurrentWeight.ToArray();
        _bias = bias.ToArray();
    }

    /// <summary>I.</summary>
    public int InputSize { get; }

    /// <summary>H.</summary>
    public int HiddenSize { get; }

    /// <summary>S: H, or 2·H for an LSTM.</summary>
    public int StateSize => _cell == Cell.Lstm ? 2 * HiddenSize : HiddenSize;

    /// <summary>The next state.</summary>
    /// <param name="state">s_{t-1}, [S].</param>
    /// <param name="input">x_t, [I].</param>
    /// <returns>s_t and what its Jacobian needs.</returns>
    public DynamicsStep Step(double[] state, double[] input)
    {
        int count = HiddenSize;
        double[] x = Product(_inputWeight, input, InputSize);
        double[] u = Product(_recurrentWeight, state, HiddenSize);
        double[] next = new double[StateSize];
        double[] gates = new double[(_cell == Cell.Gru ? 4 : _gates) * count];
        for (int i = 0; i < count; i++)
        {
            switch (_cell)
            {
                case Cell.Lstm:
                    for (int gate = 0; gate < 4; gate++)
                    {
                        double a = x[gate * count + i] + u[gate * count + i] + _bias[gate * count + i];
                        gates[gate * count + i] = gate == 2 ? Math.Tanh(a) : Sigmoid(a);
                    }
                    next[count + i] = gates[count + i] * state[count + i] + gates[i] * gates[2 * count + i];
                    next[i] = gates[3 * count + i] * Math.Tanh(next[count + i]);
                    break;
                case Cell.Gru:
                    double r = Sigmoid(x[i] + u[i] + _bias[i]);
                    double z = Sigmoid(x[count + i] + u[count + i] + _bias[count + i]);
                    double fromState = u[2 * count + i] + _bias[3 * count + i];
                    double n = Math.Tanh(x[2 * count + i] + _bias[2 * count + i] + r * fromState);
                    (gates[i], gates[count + i], gates[2 * count + i], gates[3 * count + i]) = (r, z, n, fromState);
                    next[i] = (1 - z) * n + z * state[i];
                    break;
                default:
                    double sum = x[i] + u[i] + _bias[i];
                    next[i] = _relu ? Math.Max(sum, 0) : Math.Tanh(sum);
                    break;
            }
        }
        return new DynamicsStep(state, next, gates);
    }

    /// <summary>ds_{t-1}ᵀ = ds_tᵀ ∂s_t/∂s_{t-1}: one step back.</summary>
    /// <param name="step">From <see cref="Step"/>.</param>
    /// <param name="dState">ds_t, [S].</param>
    /// <param name="dPrevious">ds_{t-1}, [S]; overwritten.</param>
    public void Back(DynamicsStep step, ReadOnlySpan<double> dState, Span<double> dPrevious)
    {
        int count = HiddenSize;
        double[] g = step.Gates;
        dPrevious.Clear();
        for (int i = 0; i < count; i++)
        {
            switch (_cell)
            {
                case Cell.Lstm:
                    double cellState = Math.Tanh(step.Next[count + i]);
                    (double input, double forget, double candidate, double output) = (g[i], g[count + i], g[2 * count + i], g[3 * count + i]);
                    double dCell = dState[count + i] + dState[i] * output * (1 - cellState * cellState);
                    dPrevious[count + i] = dCell * forget;
                    AddRow(i, dCell * candidate * input * (1 - input), dPrevious);
                    AddRow(count + i, dCell * step.Previous[count + i] * forget * (1 - forget), dPrevious);
                    AddRow(2 * count + i, dCell * input * (1 - candidate * candidate), dPrevious);
                    AddRow(3 * count + i, dState[i] * cellState * output * (1 - output), dPrevious);
                    break;
                case Cell.Gru:
                    (double r, double z, double n, double fromState) = (g[i], g[count + i], g[2 * count + i], g[3 * count + i]);
                    double dNew = dState[i] * (1 - z) * (1 - n * n);
                    dPrevious[i] += dState[i] * z;
                    AddRow(i, dNew * fromState * r * (1 - r), dPrevious);
                    AddRow(count + i, dState[i] * (step.Previous[i] - n) * z * (1 - z), dPrevious);
                    AddRow(2 * count + i, dNew * r, dPrevious);
                    break;
                default:
                    double h = step.Next[i];
                    AddRow(i, dState[i] * (_relu ? h > 0 ? 1 : 0 : 1 - h * h), dPrevious);
                    break;
            }
        }
    }

    private void AddRow(int row, double da, Span<double> dPrevious)
    {
        ReadOnlySpan<double> weights = _recurrentWeight.AsSpan(row * HiddenSize, HiddenSize);
        for (int j = 0; j < weights.Length; j++)
            dPrevious[j] += da * weights[j];
    }

    private double[] Product(double[] weight, double[] vector, int columns)
    {
        double[] product = new double[_gates * HiddenSize];
        for (int row = 0; row < product.Length; row++)
        {
            double sum = 0;
            for (int j = 0; j < columns; j++)
                sum += weight[row * columns + j] * vector[j];
            product[row] = sum;
        }
        return product;
    }

    private static double Sigmoid(double a) => 1 / (1 + Math.Exp(-a));

    private static void Require(int length, int expected, string name)
    {
        if (length != expected)
            throw new ArgumentException($"{length} values, expected {expected}", name);
    }
}

/// <summary>One step of <see cref="RecurrentDynamics"/>.</summary>
/// <param name="Previous">s_{t-1}, [S].</param>
/// <param name="Next">s_t, [S].</param>
/// <param name="Gates">The gates' values; empty of meaning for a vanilla RNN.</param>
public sealed record DynamicsStep(double[] Previous, double[] Next, double[] Gates);
