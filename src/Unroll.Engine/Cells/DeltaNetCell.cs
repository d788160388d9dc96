using Unroll.Engine.Kernels;

namespace Unroll.Engine.Cells;

/// <summary>
/// DeltaNet (Yang et al., 2024, arXiv 2406.06484): a matrix S for each head, from whose keys a value is read, and in which what
/// stands under a key is replaced by the share β. With β up to 2 what stands there may change its sign, so that layers can follow
/// a state such as whether a count is even (Grazzi et al., 2024, arXiv 2411.12537).
/// </summary>
/// <param name="most">The most that β can be: 2, or 1 as in the first paper.</param>
/// <param name="hiddenSize">H, where it is known.</param>
/// <remarks>
/// Each unit has a β of its own: with one for all units of a head it is the paper's head.
/// <code>
/// q = a_q / √(‖a_q‖² + 10⁻⁶)                      a_q = W_q x_t + b_q, the norm that of a head; columns q, k, v, β
/// k = a_k / √(‖a_k‖² + 10⁻⁶)                      a_k = W_k x_t + b_k
/// v = W_v x_t + b_v                               β = most·σ(W_β x_t + b_β)
/// p = S_{t-1} k                                   what stands under the key
/// u = β ⊙ (v - p)
/// S_t = S_{t-1} + u kᵀ                            with one β: S_{t-1} (I - β k kᵀ) + β v kᵀ
/// h_t = S_t q
///
/// dq = S_tᵀ dh_t                                  dS_t += dh_t qᵀ,  da_q = (dq - q (q·dq)) / √(‖a_q‖² + 10⁻⁶)
/// du = dS_t k                                     dv = β ⊙ du,  dp = -dv
/// da_β = du ⊙ (v - p) ⊙ β ⊙ (1 - β/most)
/// dk = dS_tᵀ u + S_{t-1}ᵀ dp                      da_k = (dk - k (k·dk)) / √(‖a_k‖² + 10⁻⁶)
/// dS_{t-1} = dS_t + dp kᵀ
/// </code>
/// The memory is S of one head after the other, [heads, d keys, d units]: the units of a key stand side by side.
/// </remarks>
internal class DeltaNetCell(float most, int hiddenSize = 0) : IRecurrentCell
{
    // Up to so many units may be one head of which no smaller one can be made.
    private const int MostOfOneHead = 64;

    private const int MostOfHead = 16;

    private const int LeastOfHead = 4;

    private static readonly GateBlock[] AllBlocks = [new(Column: 0, Count: 4, InputRow: 0, GateBlock.None)];

    public IReadOnlyList<string> GateNames { get; } = ["query", "key", "value", "write"];

    public int Gates => 4;

    public int Columns => 4;

    public bool HasCellState => false;

    public int MemorySize(int hiddenSize) => checked(hiddenSize * HeadSize(hiddenSize));

    public int TraceSize(int hiddenSize) => hiddenSize + 2 * (hiddenSize / HeadSize(hiddenSize));

    public IRecurrentCell Between(int inputSize, int hiddenSize) => new DeltaNetCell(most, hiddenSize);

    public int CandidateGate => 2;

    public bool CanBeHeld(int gate) => gate == 3;

    public int? ForgetGate => null;

    public bool ReadsNonlinearity => false;

    public bool TracksState => most > 1;

    public IReadOnlyList<CellTensor> Tensors { get; } =
    [
        new(CellTensor.InputWeight, 4, TensorInput.Input),
        new(CellTensor.Bias, 4, TensorInput.None),
    ];

    public string? TorchModule => null;

    public OnnxForm Onnx => Step(hiddenSize, Math.Max(HeadSize(hiddenSize), 1));

    private OnnxStep Step(int units, int size) => new(
    [
        new("Reshape", "raw_query", OnnxStep.Gate(0), "column"),
        new("Reshape", "raw_query_row", OnnxStep.Gate(0), "row"),
        new("MatMul", "query_squares", "raw_query_row", "raw_query"),
        new("Add", "more_of_query", "query_squares", "epsilon"),
        new("Sqrt", "query_norm", "more_of_query"),
        new("Div", "q_row", "raw_query_row", "query_norm"),
        new("Reshape", "raw_key", OnnxStep.Gate(1), "column"),
        new("Reshape", "raw_row", OnnxStep.Gate(1), "row"),
        new("MatMul", "squares", "raw_row", "raw_key"),
        new("Add", "more", "squares", "epsilon"),
        new("Sqrt", "norm", "more"),
        new("Div", "k", "raw_key", "norm"),
        new("Div", "k_row", "raw_row", "norm"),
        new("Reshape", "v", OnnxStep.Gate(2), "column"),
        new("Reshape", "raw_write", OnnxStep.Gate(3), "column"),
        new("Sigmoid", "share", "raw_write"),
        new("Mul", "write", "share", "most"),
        // [keys, units], so S k is kᵀ times it.
        new("Reshape", "before", OnnxStep.PreviousMemory(0), "matrix"),
        new("MatMul", "p_row", "k_row", "before"),
        new("Reshape", "p", "p_row", "column"),
        new("Sub", "missing", "v", "p"),
        new("Mul", "u", "write", "missing"),
        new("Reshape", "u_row", "u", "row"),
        new("MatMul", "written", "k", "u_row"),
        new("Add", "after", "before", "written"),
        new("Reshape", "memory", "after", "flat"),
        new("MatMul", "read", "q_row", "after"),
        new("Reshape", "next", "read", "units"),
    ])
    {
        Memory = ["memory"],
        MemoryWidth = size,
        Constants = [("epsilon", IKernels.NormEpsilon), ("most", most)],
        Shapes =
        [
            ("column", [0, units / size, size, 1]), ("row", [0, units / size, 1, size]),
            ("matrix", [0, units / size, size, size]), ("flat", [0, units * size]), ("units", [0, units]),
        ],
    };

    public bool PassesGradientBy => false;

    public ReadOnlySpan<GateBlock> Blocks => AllBlocks;

    /// <summary>
    /// d: the units of a head: all of them up to 16, else the largest number up to 16 that divides them and is 4 or more, else
    /// all.
    /// </summary>
    /// <param name="hiddenSize">H.</param>
    public static int HeadSize(int hiddenSize)
    {
        if (hiddenSize <= MostOfHead)
            return hiddenSize;
        for (int size = MostOfHead; size >= LeastOfHead; size--)
        {
            if (hiddenSize % size == 0)
                return size;
        }
        return hiddenSize;
    }

    public string? ExpectedInPlaceOf(int hiddenSize) => HeadSize(hiddenSize) > MostOfOneHead
        ? $"a multiple of a number from {LeastOfHead} to {MostOfHead}, the heads of a DeltaNet, or at most {MostOfOneHead}"
        : null;

    public void Forward(IKernels kernels, in CellStep step) => kernels.DeltaNetForward(step, HeadSize(step.Hidden), most);

    public void Backward(IKernels kernels, in CellStep step) => kernels.DeltaNetBackward(step, HeadSize(step.Hidden), most);

    public ReferenceStep StepForward(ReferenceParameters layer, double[] state, double[] input)
    {
        int count = layer.HiddenSize;
        int size = HeadSize(count);
        double[] a = layer.FromInput(input);
        for (int row = 0; row < a.Length; row++)
            a[row] += layer.Bias[row];
        double[] next = (double[])state.Clone();
        // q, k, v, β, p and each head's 1/√(‖a_q‖² + ε) and 1/√(‖a_k‖² + ε)
        double[] gates = new double[5 * count + 2 * (count / size)];
        a.AsSpan(2 * count, count).CopyTo(gates.AsSpan(2 * count));
        for (int start = 0; start < count; start += size)
        {
            gates[5 * count + 2 * (start / size)] = Normalize(start);
            gates[5 * count + 2 * (start / size) + 1] = Normalize(count + start);
            for (int i = start; i < start + size; i++)
            {
                double p = 0;
                for (int j = start; j < start + size; j++)
                    p += state[count + Place(j, i)] * gates[count + j];
                double write = most * ReferenceParameters.Sigmoid(a[3 * count + i]);
                (gates[3 * count + i], gates[4 * count + i]) = (write, p);
                double read = 0;
                for (int j = start; j < start + size; j++)
                {
                    next[count + Place(j, i)] += write * (a[2 * count + i] - p) * gates[count + j];
                    read += next[count + Place(j, i)] * gates[j];
                }
                next[i] = read;
            }

            int Place(int key, int unit) => start * size + (key - start) * size + unit - start;
        }
        return new ReferenceStep(input, state, next, gates);

        double Normalize(int from)
        {
            double squares = IKernels.NormEpsilon;
            for (int j = from; j < from + size; j++)
                squares += a[j] * a[j];
            for (int j = from; j < from + size; j++)
                gates[j] = a[j] / Math.Sqrt(squares);
            return 1 / Math.Sqrt(squares);
        }
    }

    public void StepBack(ReferenceBack back)
    {
        int count = back.Layer.HiddenSize;
        int size = HeadSize(count);
        double[] gates = back.Step.Gates;
        (double[] previous, double[] next) = (back.Step.Previous, back.Step.Next);
        for (int start = 0; start < count; start += size)
        {
            double[] dKey = new double[size];
            for (int i = start; i < start + size; i++)
            {
                double dh = back.DState[i];
                double du = 0;
                for (int j = start; j < start + size; j++)
                    du += (back.DState[count + Place(j, i)] + dh * gates[j]) * gates[count + j];
                double write = gates[3 * count + i];
                double missing = gates[2 * count + i] - gates[4 * count + i];
                back.AddInput(2 * count + i, write * du);
                back.AddInput(3 * count + i, du * missing * write * (1 - write / most));
                for (int j = start; j < start + size; j++)
                {
                    double dS = back.DState[count + Place(j, i)] + dh * gates[j];
                    dKey[j - start] += dS * write * missing - previous[count + Place(j, i)] * write * du;
                    back.DPrevious[count + Place(j, i)] += dS - write * du * gates[count + j];
                }
            }
            double[] dQuery = new double[size];
            for (int j = start; j < start + size; j++)
            {
                for (int i = start; i < start + size; i++)
                    dQuery[j - start] += next[count + Place(j, i)] * back.DState[i];
            }
            NormalizeBack(start, gates[5 * count + 2 * (start / size)], dQuery);
            NormalizeBack(count + start, gates[5 * count + 2 * (start / size) + 1], dKey);

            int Place(int key, int unit) => start * size + (key - start) * size + unit - start;
        }

        void NormalizeBack(int from, double inverse, double[] dx)
        {
            double along = 0;
            for (int j = 0; j < size; j++)
                along += gates[from + j] * dx[j];
            for (int j = 0; j < size; j++)
                back.AddInput(from + j, (dx[j] - gates[from + j] * along) * inverse);
        }
    }
}
