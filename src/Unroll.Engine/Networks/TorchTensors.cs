using Unroll.Engine.Cells;

namespace Unroll.Engine.Networks;

/// <summary>Reads the values of one tensor, row-major.</summary>
/// <param name="name">Its name.</param>
/// <param name="values">Where they go, as many as it has.</param>
public delegate void TensorReader(string name, Span<float> values);

/// <summary>
/// A network's tensors as PyTorch has them. Its recurrent modules have two biases that are added in every equation; a network has
/// their sum in the first one's place, and a tensor of its own only for a part that cannot be added, such as a GRU's b_hn. So in
/// a file the second bias is zero but for that part. A cell that PyTorch does not have has one bias there too.
/// </summary>
public static class TorchTensors
{
    /// <summary>Names and shapes of all tensors, in PyTorch's order.</summary>
    /// <param name="layout">The network's layout.</param>
    public static IReadOnlyList<(string Name, IReadOnlyList<int> Shape)> Of(NetworkLayout layout) =>
        [.. Places(layout).Select(place => (place.Name, place.Parameter.Shape))];

    /// <summary>Every tensor with its values, row-major; they may change with the parameters.</summary>
    /// <param name="network">The network.</param>
    public static IEnumerable<(string Name, IReadOnlyList<int> Shape, ReadOnlyMemory<float> Values)> Read(Network network) =>
        from place in Places(network.Layout)
        let values = place.IsSecondBias
            ? ReadSecondBias(network, place.Layer, place.Direction)
            : network.Parameters.View(place.Parameter)
        select (place.Name, place.Parameter.Shape, values);

    /// <summary>The second bias of a layer and direction, [G·H]: what PyTorch's module adds to ours.</summary>
    /// <param name="network">The network; its cell has a module in PyTorch.</param>
    /// <param name="layer">The layer, from 0.</param>
    /// <param name="direction">The direction, from 0.</param>
    public static float[] ReadSecondBias(Network network, int layer, int direction)
    {
        (IRecurrentCell cell, int hidden) = (network.Layout.Cell, network.Config.Hidden);
        float[] bias = new float[cell.Gates * hidden];
        foreach (CellTensor tensor in cell.Tensors)
        {
            if (tensor.SecondBiasGate is { } gate)
                network.Parameters[NetworkLayout.NameOf(tensor, layer, direction)].CopyTo(bias, gate * hidden);
        }
        return bias;
    }

    /// <summary>Sets both biases of a layer and direction.</summary>
    /// <param name="network">The network; its cell has a module in PyTorch.</param>
    /// <param name="layer">The layer, from 0.</param>
    /// <param name="direction">The direction, from 0.</param>
    /// <param name="first">PyTorch's <c>bias_ih</c>, [G·H]; overwritten with the sum.</param>
    /// <param name="second">PyTorch's <c>bias_hh</c>, [G·H].</param>
    public static void WriteBiases(Network network, int layer, int direction, float[] first, float[] second)
    {
        (IRecurrentCell cell, int hidden) = (network.Layout.Cell, network.Config.Hidden);
        for (int gate = 0; gate < cell.Gates; gate++)
        {
            int start = gate * hidden;
            if (cell.Tensors.FirstOrDefault(tensor => tensor.SecondBiasGate == gate) is { } alone)
            {
                Parameter parameter = network.Layout[NetworkLayout.NameOf(alone, layer, direction)];
                network.Parameters.Write(parameter, second[start..(start + hidden)]);
                continue;
            }
            for (int i = start; i < start + hidden; i++)
                first[i] += second[i];
        }
        network.Parameters.Write(network.Layout[NetworkLayout.NameOf(CellTensor.Bias, layer, direction)], first);
    }

    /// <summary>Sets every parameter.</summary>
    /// <param name="network">The network.</param>
    /// <param name="read">Reads the values of a tensor of <see cref="Of"/>, row-major.</param>
    public static void Write(Network network, TensorReader read)
    {
        foreach (Place place in Places(network.Layout))
        {
            if (place.IsSecondBias)
                WriteBiases(network, place.Layer, place.Direction, Read(place.Parameter.Name), Read(place.Name));
            else if (!place.HasSecondBias)
                network.Parameters.Write(place.Parameter, values => read(place.Name, values));

            float[] Read(string name)
            {
                float[] values = new float[place.Parameter.Length];
                read(name, values);
                return values;
            }
        }
    }

    // A second bias follows the first one, and has its shape.
    private static IEnumerable<Place> Places(NetworkLayout layout)
    {
        (int Layer, int Direction)[] recurrent = [.. layout.Recurrent().Where(_ => layout.Cell.TorchModule is not null)];
        CellTensor[] alone = recurrent.Length == 0
            ? []
            : [.. layout.Cell.Tensors.Where(tensor => tensor.SecondBiasGate is not null)];
        foreach (Parameter parameter in layout.Parameters)
        {
            if (recurrent.Any(at => alone.Any(tensor => parameter.Name == NetworkLayout.NameOf(tensor, at.Layer, at.Direction))))
                continue;
            int first = Array.FindIndex(
                recurrent, at => parameter.Name == NetworkLayout.NameOf(CellTensor.Bias, at.Layer, at.Direction));
            yield return new Place(parameter.Name, parameter, 0, 0, IsSecondBias: false, HasSecondBias: first >= 0);
            if (first < 0)
                continue;
            (int layer, int direction) = recurrent[first];
            string second = NetworkLayout.NameOf(CellTensor.SecondBias, layer, direction);
            yield return new Place(second, parameter, layer, direction, IsSecondBias: true, HasSecondBias: false);
        }
    }

    private sealed record Place(
        string Name, Parameter Parameter, int Layer, int Direction, bool IsSecondBias, bool HasSecondBias);
}
