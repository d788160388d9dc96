namespace Unroll.Engine.Kernels;

/// <summary>
/// The operations of the engine, for one instruction set. Pointers are to row-major matrices; a name with <c>Row</c> is the distance
/// between rows, in floats. Destinations are overwritten unless it says added to.
/// </summary>
internal unsafe interface IKernels
{
    /// <summary>The name that forces this set: scalar, vector128, vector256 or vector512.</summary>
    string Name { get; }

    /// <summary>Columns of a panel of a packed matrix.</summary>
    int PanelWidth { get; }

    /// <summary>Floats that a packed [k,n] matrix takes.</summary>
    int PackedLength(int k, int n);

    /// <summary>Packs the right factor of a product into panels, [k, panel width] each, filled up with zeros.</summary>
    /// <param name="k">Rows of the factor.</param>
    /// <param name="n">Columns of the factor.</param>
    /// <param name="source">Element (k, n) at k·<paramref name="sourceRow"/> + n.</param>
    /// <param name="sourceRow">From a row to the next.</param>
    /// <param name="packed">Row 0 of these rows in the first panel.</param>
    /// <param name="panelRows">Rows of a whole panel: k, or more where rows are packed in several calls.</param>
    void Pack(int k, int n, float* source, int sourceRow, float* packed, int panelRows);

    /// <summary>Packs rows of zeros.</summary>
    void PackZeros(int k, int n, float* packed, int panelRows);

    /// <summary>Packs the transpose: element (k, n) is at n·<paramref name="sourceRow"/> + k.</summary>
    void PackTransposed(int k, int n, float* source, int sourceRow, float* packed);

    /// <summary>c = from + a·b.</summary>
    /// <param name="m">Rows of a and c.</param>
    /// <param name="n">Columns of b and c.</param>
    /// <param name="k">Columns of a, rows of b.</param>
    /// <param name="a">[m,k].</param>
    /// <param name="aRow">From a row of a to the next.</param>
    /// <param name="packed">b, packed.</param>
    /// <param name="c">[m,n]; overwritten.</param>
    /// <param name="cRow">From a row of c to the next.</param>
    /// <param name="from">[m,n], or one row [n] with <paramref name="fromRow"/> 0, or c itself to add to it; null for zeros.</param>
    /// <param name="fromRow">From a row of from to the next.</param>
    void Multiply(int m, int n, int k, float* a, int aRow, float* packed, float* c, int cRow, float* from, int fromRow);

    /// <summary>Packs the columns of a for <see cref="AddProductOfColumns"/>.</summary>
    /// <param name="m">Columns of a.</param>
    /// <param name="k">Rows of a.</param>
    /// <param name="a">[k,m].</param>
    /// <param name="aRow">From a row of a to the next.</param>
    /// <param name="packed">m·k floats.</param>
    void PackColumns(int m, int k, float* a, int aRow, float* packed);

    /// <summary>c += aᵀ·b: a weight gradient, summed over the k rows (tokens) of both.</summary>
    /// <param name="m">Columns of a, rows of c.</param>
    /// <param name="n">Columns of b and c.</param>
    /// <param name="k">Rows of a and b.</param>
    /// <param name="columns">a, by <see cref="PackColumns"/>.</param>
    /// <param name="packed">b, by <see cref="Pack"/>.</param>
    /// <param name="c">[m,n]; added to.</param>
    /// <param name="cRow">From a row of c to the next.</param>
    void AddProductOfColumns(int m, int n, int k, float* columns, float* packed, float* c, int cRow);

    /// <summary>sum += the sum of the rows.</summary>
    void AddColumnSums(int rows, int columns, float* matrix, int matrixRow, float* sum);

    /// <summary>y += scale·x.</summary>
    void AddScaled(int count, float scale, float* x, float* y);

    /// <summary>x = tanh x.</summary>
    void Tanh(int count, float* x);

    /// <summary>Plain or momentum gradient descent on parameters θ with gradients g.</summary>
    void SgdUpdate(int count, float* parameters, float* gradients, float* velocity, in UpdateSettings settings);

    /// <summary>Adam or AdamW on parameters θ with gradients g and their first and second moments m, v.</summary>
    void AdamUpdate(int count, float* parameters, float* gradients, float* first, float* second, in UpdateSettings settings);

    /// <summary>Σ x², in an order that depends on the count only.</summary>
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
}
