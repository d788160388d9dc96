using Unroll.Engine.Networks;

namespace Unroll.Training;

/// <summary>
/// Pulls parameters towards what they were before a training, so that what a model knew stays (Li, Grandvalet and Davoine,
/// "Explicit inductive bias for transfer learning", 2018; decoupled from the optimizer, as AdamW's weight decay is).
/// </summary>
/// <remarks>
/// <code>
/// θ += η γ (θ_old - θ)        after every step, for parameters that the old model has; η the learning rate, γ the strength
/// </code>
/// </remarks>
internal sealed class ParameterPull
{
    private readonly Parameters[] _old;
    private readonly Parameters[] _has;
    private readonly float[] _values;
    private readonly float _strength;

    /// <summary>Remembers the parameters.</summary>
    /// <param name="networks">The networks before the training, grown.</param>
    /// <param name="before">The networks that they were grown from.</param>
    /// <param name="strength">γ, above 0.</param>
    public ParameterPull(IReadOnlyList<Network> networks, IReadOnlyList<Network> before, float strength)
    {
        _strength = strength;
        _old = [.. networks.Select(network => network.Parameters.Clone())];
        _has = [.. networks.Zip(before, (network, old) => Has(network, old))];
        _values = new float[networks.Count == 0 ? 0 : networks.Max(network => network.Parameters.Length)];
    }

    /// <summary>Moves the parameters of a network.</summary>
    /// <param name="which">Which network, from 0.</param>
    /// <param name="network">The network.</param>
    /// <param name="learningRate">η.</param>
    public void Apply(int which, Network network, float learningRate)
    {
        float share = Math.Min(1, learningRate * _strength);
        ReadOnlySpan<float> now = network.Parameters.Values, old = _old[which].Values, has = _has[which].Values;
        Span<float> moved = _values.AsSpan(0, now.Length);
        for (int i = 0; i < moved.Length; i++)
            moved[i] = now[i] + share * has[i] * (old[i] - now[i]);
        network.Parameters.CopyFrom(moved);
    }

    // 1 for what the old network has, 0 for the rows of new words and labels.
    private static Parameters Has(Network network, Network old)
    {
        Parameters has = network.Parameters.ZerosLike();
        foreach (Parameter parameter in has.All)
        {
            IReadOnlyList<int> shape = old.Parameters.Find(parameter.Name).Shape;
            float[] ones = new float[shape.Aggregate(1, (size, side) => size * side)];
            Array.Fill(ones, 1);
            float[] values = new float[parameter.Length];
            GrownTensor.Copy(ones, shape, values, parameter.Shape);
            has.Write(parameter, values);
        }
        return has;
    }
}
