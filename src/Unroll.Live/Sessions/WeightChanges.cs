using Unroll.Engine.Networks;

namespace Unroll.Live.Sessions;

/// <summary>Weights that somebody sets by hand.</summary>
internal static class WeightChanges
{
    /// <summary>Sets one weight.</summary>
    /// <param name="network">Whose.</param>
    /// <param name="set">Which, and to what.</param>
    /// <exception cref="InputException">There is no such weight, or the value is no number.</exception>
    public static void Set(Network network, LiveAction.SetWeight set)
    {
        Parameter parameter = network.Layout.Find(set.Parameter)
            ?? throw new InputException($"no parameter is called {set.Parameter}");
        if (set.Index < 0 || set.Index >= parameter.Length)
            throw new InputException($"{set.Parameter} has no place {set.Index}, expected 0 to {parameter.Length - 1}");
        if (!float.IsFinite(set.Value))
            throw new InputException($"a weight of {set.Parameter} is no number, expected one");
        float[] values = network.Parameters.Read(parameter);
        values[set.Index] = set.Value;
        network.Parameters.Write(parameter, values);
    }

    /// <summary>Multiplies all recurrent weights.</summary>
    /// <param name="network">Whose.</param>
    /// <param name="scale">By what.</param>
    /// <exception cref="InputException">The cell has none, or the factor is no number.</exception>
    public static void ScaleRecurrent(Network network, LiveAction.ScaleRecurrent scale)
    {
        if (!float.IsFinite(scale.Factor))
            throw new InputException("the factor of the recurrent weights is no number, expected one");
        RecurrentBlock block = RecurrentBlock.Of(network)
            ?? throw new InputException($"{RecurrentCells.NameOf(network.Config.Cell)} has no recurrent weights to scale");
        block.Scale(network, scale.Factor);
    }
}
