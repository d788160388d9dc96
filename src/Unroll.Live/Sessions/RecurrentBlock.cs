using Unroll.Engine.Cells;
using Unroll.Engine.Networks;

namespace Unroll.Live.Sessions;

/// <summary>
/// The recurrent weights whose eigenvalues say how gradients grow and shrink: W of a vanilla RNN, the candidate's block where
/// there are gates.
/// </summary>
/// <param name="Parameter">The tensor that they are a part of.</param>
/// <param name="Start">Its first value.</param>
/// <param name="Size">H.</param>
internal sealed record RecurrentBlock(Parameter Parameter, int Start, int Size)
{
    /// <summary>The block of a network; null where the cell has no recurrent weights.</summary>
    public static RecurrentBlock? Of(Network network)
    {
        IRecurrentCell cell = network.Layout.Cell;
        if (cell.Tensors.FirstOrDefault(tensor => tensor.Input == TensorInput.Hidden) is not { } tensor)
            return null;
        int hidden = network.Config.Hidden;
        Parameter parameter = network.Layout[NetworkLayout.NameOf(tensor, layer: 0, direction: 0)];
        return new RecurrentBlock(parameter, cell.CandidateGate * hidden * hidden, hidden);
    }

    /// <summary>Its values, [H,H].</summary>
    public double[] Read(Network network) =>
        [.. network.Parameters.Read(Parameter).Skip(Start).Take(Size * Size).Select(value => (double)value)];

    /// <summary>Multiplies them.</summary>
    public void Scale(Network network, float factor)
    {
        float[] values = network.Parameters.Read(Parameter);
        foreach (ref float value in values.AsSpan(Start, Size * Size))
            value *= factor;
        network.Parameters.Write(Parameter, values);
    }
}
