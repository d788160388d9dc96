namespace Unroll.Engine.Layers;

/// <summary>Pooling of the states so far, one more at a time, in constant time and memory.</summary>
/// <remarks>
/// <code>
/// last       p = h_T
/// mean       p = Σ_t h_t / T
/// max        p = max_t h_t
/// attention  m = max_t s_t     p = Σ_t exp(s_t - m) h_t / Σ_t exp(s_t - m)
///            when m becomes m', both sums are scaled by exp(m - m')
/// </code>
/// Sums are kept in double precision, for they may go on for ever.
/// </remarks>
/// <param name="pooling">Which.</param>
/// <param name="width">P: the width of a state.</param>
internal sealed class RunningPooling(Pooling pooling, int width)
{
    private readonly double[] _values = new double[width];
    private double _weights;
    private double _highest;

    /// <summary>Forgets every state.</summary>
    public void Clear()
    {
        Array.Clear(_values);
        _weights = 0;
    }

    /// <summary>Takes one more state.</summary>
    /// <param name="state">h, [P].</param>
    /// <param name="score">s of attention; not looked at by the others.</param>
    public void Add(ReadOnlySpan<float> state, double score)
    {
        bool isFirst = _weights == 0;
        double weight = 1;
        if (pooling == Pooling.Attention)
            weight = Weigh(score, isFirst);
        _weights += weight;
        for (int i = 0; i < width; i++)
        {
            if (pooling is Pooling.Mean or Pooling.Attention)
                _values[i] += weight * state[i];
            else if (isFirst || pooling == Pooling.Last || !(state[i] <= _values[i]))
                _values[i] = state[i];
        }
    }

    /// <summary>The pooled vector of at least one state.</summary>
    /// <param name="pooled">p, [P]; overwritten.</param>
    public void Read(Span<float> pooled)
    {
        double divisor = pooling is Pooling.Mean or Pooling.Attention ? _weights : 1;
        for (int i = 0; i < width; i++)
            pooled[i] = (float)(_values[i] / divisor);
    }

    private double Weigh(double score, bool isFirst)
    {
        if (!isFirst && score <= _highest)
            return Math.Exp(score - _highest);
        double scale = isFirst ? 0 : Math.Exp(_highest - score);
        _highest = score;
        _weights *= scale;
        for (int i = 0; i < width; i++)
            _values[i] *= scale;
        return 1;
    }
}
