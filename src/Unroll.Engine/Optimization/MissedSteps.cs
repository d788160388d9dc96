using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Optimization;

/// <summary>
/// What rows of tables missed while no batch saw them: the steps since all rows were last up to date, and what all of them
/// together do to a row that has no gradient in them.
/// </summary>
/// <remarks>
/// <code>
/// A step s with g = 0     m ← β₁m   v ← β₂v   θ ← (1 - η_s λ) θ - η_s c_s m / (√v + ε_s),   c_s = √(1-β₂ˢ) / (1-β₁ˢ)
/// Steps t+1 … n           θ ← Λ θ - S m_t / (√v_t + ε),   m ← β₁ⁿ⁻ᵗ m_t,   v ← β₂ⁿ⁻ᵗ v_t
///                         S = Σ_s η_s c_s (β₁/√β₂)ˢ⁻ᵗ Π_{s&lt;r≤n} (1 - η_r λ),   Λ = Π_s (1 - η_s λ)
/// </code>
/// S and Λ are the same for all rows that were last seen in step t, and follow for every t from those for t+1. The sum is
/// exact but for ε. Each step has its own, ε √(1-β₂ˢ) β₂^((t-s)/2); the one taken is their mean, each with the weight of its
/// step in S. So the error is of second order in the share of ε in √v + ε: nothing to speak of unless gradients are as small
/// as ε. λ is AdamW's; where weight decay is added to the gradients, and for plain SGD, rows that are not seen do not decay.
/// With momentum v ← μv, θ ← θ - η_s v: the same with c = 1, μ for β₁/√β₂ and no division; Nesterov's form has another μ in
/// each step.
/// </remarks>
internal sealed class MissedSteps
{
    /// <summary>After so many steps all rows are brought up to date.</summary>
    public const int Most = 1024;

    // Less than this of a first moment is none: it would only become numbers that are slow to compute with.
    private const double Nothing = 1e-20;

    private readonly OptimizerSettings _settings;
    private readonly double[] _rates = new double[Most];
    private readonly double[] _roots = new double[Most];
    private readonly double[] _moves = new double[Most + 1];
    private readonly double[] _scales = new double[Most + 1];
    private readonly double[] _epsilons = new double[Most + 1];
    private readonly double _momentum;
    private readonly double _epsilonMomentum;
    private readonly double _decay;
    private readonly bool _isAdam;
    private int _known;

    /// <summary>Begins with no step.</summary>
    /// <param name="settings">The kind of optimizer and its numbers: one that keeps moments.</param>
    public MissedSteps(OptimizerSettings settings)
    {
        _settings = settings;
        _isAdam = settings.Kind switch
        {
            OptimizerKind.Sgd => false,
            OptimizerKind.Adam or OptimizerKind.AdamW => true,
            _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Kind, "no such optimizer"),
        };
        _momentum = _isAdam ? settings.Beta1 / Math.Sqrt(settings.Beta2) : settings.Momentum;
        _epsilonMomentum = _momentum / Math.Sqrt(settings.Beta2);
        _decay = settings.Kind == OptimizerKind.AdamW ? settings.WeightDecay : 0;
        Forget();
    }

    /// <summary>The number of steps and their learning rates, for a checkpoint; written back, they count at once.</summary>
    public AlignedBuffer State { get; } = new(1 + Most);

    /// <summary>How many steps there are since all rows were up to date.</summary>
    public int Count => (int)State.Span[0];

    /// <summary>Whether all rows must be brought up to date before the next step.</summary>
    public bool IsFull => Count == Most;

    /// <summary>Whether numbers may be the state of a training.</summary>
    /// <param name="state">The numbers, as many as <see cref="State"/> has.</param>
    public static bool IsState(ReadOnlySpan<float> state) => state[0] is >= 0 and < Most && float.IsInteger(state[0]);

    /// <summary>Adds a step.</summary>
    /// <param name="learningRate">Its learning rate.</param>
    public void Add(float learningRate)
    {
        State.Span[1 + Count] = learningRate;
        State.Span[0]++;
    }

    /// <summary>All rows are up to date.</summary>
    public void Forget()
    {
        State.Span.Clear();
        _known = 0;
    }

    /// <summary>Computes what rows missed up to now.</summary>
    /// <param name="steps">Steps of the whole training so far.</param>
    public void Prepare(long steps)
    {
        int count = Count;
        ReadOnlySpan<float> learningRates = State.Span[1..];
        long before = steps - count;
        // Steps that were read back are not known yet; they may be fewer than there were.
        for (_known = Math.Min(_known, count); _known < count; _known++)
        {
            long step = before + _known + 1;
            _roots[_known] = _isAdam ? Math.Sqrt(1 - Math.Pow(_settings.Beta2, step)) : 1;
            _rates[_known] = learningRates[_known] * (_isAdam ? _roots[_known] / (1 - Math.Pow(_settings.Beta1, step)) : 1);
        }
        (_moves[count], _scales[count], double epsilons) = (0, 1, 0);
        for (int at = count - 1; at >= 0; at--)
        {
            double rate = _rates[at] * _scales[at + 1];
            _moves[at] = _momentum * (rate + _moves[at + 1]);
            _scales[at] = _scales[at + 1] * (1 - learningRates[at] * _decay);
            epsilons = _epsilonMomentum * (rate * _roots[at] + epsilons);
            _epsilons[at] = _moves[at] > 0 ? _settings.Epsilon * epsilons / _moves[at] : _settings.Epsilon;
        }
    }

    /// <summary>Says that learning rates were read back.</summary>
    public void Restored() => _known = 0;

    /// <summary>What a row missed, after <see cref="Prepare"/>.</summary>
    /// <param name="at">The step it was last seen in, counted from when all were up to date.</param>
    public CatchUpSettings Of(int at)
    {
        int missed = Count - at;
        double first = Math.Pow(_isAdam ? _settings.Beta1 : _settings.Momentum, missed);
        return new CatchUpSettings
        {
            Scale = (float)_scales[at],
            Move = (float)(_settings.Nesterov && !_isAdam ? _momentum * _moves[at] : _moves[at]),
            First = first < Nothing ? 0 : (float)first,
            Second = _isAdam ? (float)Math.Pow(_settings.Beta2, missed) : 0,
            Epsilon = (float)_epsilons[at],
        };
    }
}
