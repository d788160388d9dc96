using Unroll.Engine.Numerics;

namespace Unroll.Engine.Kernels;

/// <summary>
/// The operations of the engine, for one instruction set, over row-major matrices. Destinations are overwritten unless a comment
/// says that something is added to them.
/// </summary>
internal unsafe interface IKernels
{
    /// <summary>The name that forces this set: scalar, wasm, vector128, vector256 or vector512.</summary>
    string Name { get; }

    /// <summary>Columns of a panel of a packed matrix.</summary>
    int PanelWidth { get; }

    /// <summary>Floats that a packed [k,n] matrix takes.</summary>
    int PackedLength(int k, int n);

    /// <summary>Packs the right factor of a product into panels, filled up with zeros on the right.</summary>
    /// <param name="source">[k,n].</param>
    /// <param name="packed">[k,n]; overwritten.</param>
    void Pack(in Matrix source, in PackedMatrix packed);

    /// <summary>Packs zeros.</summary>
    /// <param name="packed">Overwritten.</param>
    void PackZeros(in PackedMatrix packed);

    /// <summary>Packs the transpose.</summary>
    /// <param name="source">[n,k].</param>
    /// <param name="packed">[k,n], whole panels; overwritten.</param>
    void PackTransposed(in Matrix source, in PackedMatrix packed);

    /// <summary>c = from + a·b.</summary>
    /// <param name="a">[m,k]; without columns c is what it starts from.</param>
    /// <param name="b">[k,n], whole panels.</param>
    /// <param name="c">[m,n]; overwritten.</param>
    /// <param name="from">[m,n], which may be one repeated row, or c itself to add to it; none for zeros.</param>
    void Multiply(in Matrix a, in PackedMatrix b, in Matrix c, in Matrix from);

    /// <summary>Packs the columns of a for <see cref="AddProductOfColumns"/>.</summary>
    /// <param name="a">[k,m].</param>
    /// <param name="packed">[k,m]; overwritten.</param>
    void PackColumns(in Matrix a, in PackedColumns packed);

    /// <summary>c += aᵀ·b: a weight gradient, summed over the k rows (tokens) of both.</summary>
    /// <param name="a">[k,m], by <see cref="PackColumns"/>.</param>
    /// <param name="b">[k,n], by <see cref="Pack"/>, whole panels.</param>
    /// <param name="c">[m,n]; added to.</param>
    void AddProductOfColumns(in PackedColumns a, in PackedMatrix b, in Matrix c);

    /// <summary>sum += the sum of the rows.</summary>
    /// <param name="matrix">[m,n].</param>
    /// <param name="sum">[n]; added to.</param>
    void AddColumnSums(in Matrix matrix, float* sum);

    /// <summary>y += scale·x.</summary>
    void AddScaled(int count, float scale, float* x, float* y);

    /// <summary>x = tanh x.</summary>
    void Tanh(int count, float* x);

    /// <summary>Plain or momentum gradient descent on parameters θ with gradients g.</summary>
    void SgdUpdate(int count, float* parameters, float* gradients, float* velocity, in UpdateSettings settings);

    /// <summary>Adam or AdamW on parameters θ with gradients g and their first and second moments m, v.</summary>
    void AdamUpdate(int count, float* parameters, float* gradients, float* first, float* second, in UpdateSettings settings);

    /// <summary>Several steps of momentum at once on parameters θ that have no gradients in them.</summary>
    void SgdCatchUp(int count, float* parameters, float* velocity, in CatchUpSettings settings);

    /// <summary>Several steps of Adam or AdamW at once on parameters θ that have no gradients in them.</summary>
    void AdamCatchUp(int count, float* parameters, float* first, float* second, in CatchUpSettings settings);

    /// <summary>Σ x², in an order that depends on the count only and is that of every set.</summary>
    double SumOfSquares(int count, float* x);

    /// <summary>h = φ(a).</summary>
    void RnnForward(in CellStep step, bool relu);

    /// <summary>da = (dh from above and from later) ⊙ φ'(a).</summary>
    void RnnBackward(in CellStep step, bool relu);

    /// <summary>c = f⊙c_prev + i⊙g, h = o⊙tanh c.</summary>
    void LstmForward(in CellStep step);

    /// <summary>The gradient of <see cref="LstmForward"/>.</summary>
    void LstmBackward(in CellStep step);

    /// <summary>n = tanh(n_x + r⊙n_h), h = (1-z)⊙n + z⊙h_prev.</summary>
    void GruForward(in CellStep step);

    /// <summary>The gradient of <see cref="GruForward"/>.</summary>
    void GruBackward(in CellStep step);

    /// <summary>z = σ(a_z), h = (1-z)⊙h_prev + z⊙h̃.</summary>
    void MinGruForward(in CellStep step);

    /// <summary>The gradient of <see cref="MinGruForward"/>.</summary>
    void MinGruBackward(in CellStep step);

    /// <summary>p = softmax(scale·x), in place.</summary>
    void Softmax(int count, float scale, float* x);

    /// <summary>The gradient of <see cref="Softmax"/>: dx = scale·p ⊙ (dp - Σ p dp), in the place of dp.</summary>
    void SoftmaxBackward(int count, float scale, float* p, float* dp);

    /// <summary>y = x̂ ⊙ weight + bias with x̂ = (x - mean) / √(variance + ε), of one token.</summary>
    /// <param name="count">Values of a token.</param>
    /// <param name="x">[count].</param>
    /// <param name="weight">[count].</param>
    /// <param name="bias">[count].</param>
    /// <param name="y">[count]; overwritten.</param>
    /// <param name="statistics">The mean and 1/√(variance + ε); overwritten.</param>
    void LayerNormForward(int count, float* x, float* weight, float* bias, float* y, float* statistics);

    /// <summary>The gradient of <see cref="LayerNormForward"/>.</summary>
    /// <param name="count">Values of a token.</param>
    /// <param name="x">[count].</param>
    /// <param name="statistics">As they were forward.</param>
    /// <param name="weight">[count].</param>
    /// <param name="dy">[count].</param>
    /// <param name="dx">[count]; added to. Not dy.</param>
    /// <param name="dWeight">[count]; added to.</param>
    /// <param name="dBias">[count]; added to.</param>
    /// <param name="scratch">Memory of 2·count floats.</param>
    void LayerNormBackward(
        int count, float* x, float* statistics, float* weight, float* dy, float* dx, float* dWeight, float* dBias,
        float* scratch);

    /// <summary>x = max(x, 0).</summary>
    void Relu(int count, float* x);

    /// <summary>dy = scale·dy where y &gt; 0, else 0.</summary>
    void ReluBackward(int count, float scale, float* y, float* dy);
    /// <summary>k = f/(f+i) of f, i = σ(a_f, a_i), h = k⊙h_prev + (1-k)⊙g(a_h).</summary>
    void MinLstmForward(in CellStep step);

    /// <summary>The gradient of <see cref="MinLstmForward"/>.</summary>
    void MinLstmBackward(in CellStep step);

    /// <summary>c = f⊙c_prev + (1-f)⊙c̃, h = r⊙c + (1-r)⊙x; f and r read c_prev element by element.</summary>
    void SruForward(in CellStep step);

    /// <summary>The gradient of <see cref="SruForward"/>.</summary>
    void SruBackward(in CellStep step);

    /// <summary>As <see cref="LstmForward"/>; i and f read c_prev element by element, o reads c.</summary>
    void PeepholeForward(in CellStep step);

    /// <summary>The gradient of <see cref="PeepholeForward"/>.</summary>
    void PeepholeBackward(in CellStep step);

    /// <summary>c = f⊙c_prev + (1-f)⊙g, h = o⊙tanh c.</summary>
    void CoupledForward(in CellStep step);

    /// <summary>The gradient of <see cref="CoupledForward"/>.</summary>
    void CoupledBackward(in CellStep step);

    /// <summary>h = f⊙h_prev + (1 - σ(a_f - 1))⊙g.</summary>
    void JanetForward(in CellStep step);

    /// <summary>The gradient of <see cref="JanetForward"/>.</summary>
    void JanetBackward(in CellStep step);

    /// <summary>c = f⊙c_prev + i⊙z, n = f⊙n_prev + i, h = o⊙c/n with exponential gates, scaled by e^-m.</summary>
    void SLstmForward(in CellStep step);

    /// <summary>The gradient of <see cref="SLstmForward"/>.</summary>
    void SLstmBackward(in CellStep step);

    /// <summary>What is added to the square of a norm that something is divided by.</summary>
    const float NormEpsilon = 1e-6f;

    /// <summary>S += (β⊙(v - S k)) kᵀ, h = S q for each head, with queries and keys of length 1 and β = most·σ(a).</summary>
    void DeltaNetForward(in CellStep step, int headSize, float most);

    /// <summary>The gradient of <see cref="DeltaNetForward"/>.</summary>
    void DeltaNetBackward(in CellStep step, int headSize, float most);
}
