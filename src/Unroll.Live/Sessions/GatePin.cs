using Unroll.Engine.Cells;
using Unroll.Engine.Networks;

namespace Unroll.Live.Sessions;

/// <summary>
/// A gate that is held open or shut. σ(a) is 1 or 0 whatever is read when the gate's weights are zero and its bias is large, so
/// that is what the parameters say while it is held; what they said before comes back when it is let go.
/// </summary>
/// <param name="Gate">The gate's number in its cell.</param>
/// <param name="IsOpen">Whether it is held at 1, or else at 0.</param>
/// <param name="Before">The values that its rows had, parameter after parameter.</param>
internal sealed record GatePin(int Gate, bool IsOpen, float[] Before)
{
    // σ(30) is 1 in single precision, σ(-30) is 10⁻¹³.
    private const float Bias = 30;

    /// <summary>The number of a gate in its cell.</summary>
    /// <exception cref="InputException">The cell has no such gate, or it cannot be held.</exception>
    public static int NumberOf(Network network, string name)
    {
        if (Names(network).Contains(name))
            return network.Layout.Cell.GateNames.ToList().IndexOf(name);
        throw new InputException(
            $"{RecurrentCells.NameOf(network.Config.Cell)} has no gate {name} to hold, expected one of: " +
            string.Join(", ", Names(network)));
    }

    /// <summary>The names of the gates that can be held: all but the candidate, which is not a gate from 0 to 1.</summary>
    public static IEnumerable<string> Names(Network network) =>
        network.Layout.Cell.GateNames.Where((_, gate) => network.Layout.Cell.CanBeHeld(gate));

    /// <summary>Takes hold of a gate.</summary>
    public static GatePin Hold(Network network, int gate, bool isOpen)
    {
        float[] before = [.. Rows(network, gate).SelectMany(rows => Read(network, rows))];
        var pin = new GatePin(gate, isOpen, before);
        pin.Impose(network);
        return pin;
    }

    /// <summary>Sets the rows, which an update may have moved.</summary>
    public void Impose(Network network)
    {
        foreach (GateRows rows in Rows(network, Gate))
        {
            float[] values = network.Parameters.Read(rows.Parameter);
            values.AsSpan(rows.Start, rows.Count).Fill(!rows.IsBias ? 0 : IsOpen ? Bias : -Bias);
            network.Parameters.Write(rows.Parameter, values);
        }
    }

    /// <summary>Lets the gate go: its rows are what they were.</summary>
    public void Release(Network network)
    {
        int at = 0;
        foreach (GateRows rows in Rows(network, Gate))
        {
            float[] values = network.Parameters.Read(rows.Parameter);
            Before.AsSpan(at, rows.Count).CopyTo(values.AsSpan(rows.Start, rows.Count));
            network.Parameters.Write(rows.Parameter, values);
            at += rows.Count;
        }
    }

    /// <summary>The same pin when the vocabulary has a word more: the input weight of each unit has a column more.</summary>
    /// <param name="network">The network with the new word.</param>
    /// <param name="column">The weights of the new word, one for each row of the input weight.</param>
    public GatePin WithWord(Network network, ReadOnlySpan<float> column)
    {
        int hidden = network.Config.Hidden;
        int words = network.Config.Vocabulary;
        var before = new List<float>(Before.Length + hidden);
        int at = 0;
        foreach (GateRows rows in Rows(network, Gate))
        {
            if (!rows.Parameter.IsTable)
            {
                before.AddRange(Before.AsSpan(at, rows.Count));
                at += rows.Count;
                continue;
            }
            for (int unit = 0; unit < hidden; unit++, at += words - 1)
            {
                before.AddRange(Before.AsSpan(at, words - 1));
                before.Add(column[Gate * hidden + unit]);
            }
        }
        return this with { Before = [.. before] };
    }

    private static float[] Read(Network network, GateRows rows) =>
        network.Parameters.Read(rows.Parameter)[rows.Start..(rows.Start + rows.Count)];

    // Where the weights of a gate stand in each tensor of the cell.
    private static IEnumerable<GateRows> Rows(Network network, int gate)
    {
        IRecurrentCell cell = network.Layout.Cell;
        foreach (CellTensor tensor in cell.Tensors.Where(tensor => tensor.SecondBiasGate is null))
        {
            // Only gates read the memory, and the candidate is none.
            int block = tensor.Input == TensorInput.Memory && gate > cell.CandidateGate ? gate - 1 : gate;
            if (block >= tensor.Gates)
                continue;
            Parameter parameter = network.Layout[NetworkLayout.NameOf(tensor, layer: 0, direction: 0)];
            int length = parameter.Length / tensor.Gates;
            yield return new GateRows(parameter, block * length, length, tensor.Input == TensorInput.None);
        }
    }

    private sealed record GateRows(Parameter Parameter, int Start, int Count, bool IsBias);
}
