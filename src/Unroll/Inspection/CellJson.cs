using System.Text.Json;
using Unroll.Engine.Cells;

namespace Unroll.Inspection;

/// <summary>What is to be known of a cell where states are shown, as JSON: in run folders' pages.</summary>
public static class CellJson
{
    /// <summary>Writes the names of its gates in order, and whether there is a cell state; nothing for a Transformer.</summary>
    /// <param name="json">Where to, within an object.</param>
    /// <param name="name">The property's name.</param>
    /// <param name="cell">The cell.</param>
    public static void Write(Utf8JsonWriter json, string name, Cell cell)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (!RecurrentCells.Has(cell))
            return;
        IRecurrentCell known = RecurrentCells.Of(cell);
        json.WriteStartObject(name);
        json.WriteStartArray("gates");
        foreach (string gate in known.GateNames)
            json.WriteStringValue(gate);
        json.WriteEndArray();
        json.WriteBoolean("cell_state", known.HasCellState);
        json.WriteEndObject();
    }
}
