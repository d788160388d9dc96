namespace Unroll.Onnx;

/// <summary>Writes the recurrent layers of a graph, lowest first.</summary>
internal interface IRecurrentNodes
{
    /// <summary>Adds a layer in all its directions.</summary>
    /// <param name="layer">From 0, the lowest.</param>
    /// <param name="input">What it reads, [T,B,I].</param>
    void Add(int layer, string input);

    /// <summary>
    /// The states of a layer, the directions side by side, [T,B,H·D]. Past a text's end they may be anything finite.
    /// </summary>
    /// <param name="layer">A layer that was added; asked once.</param>
    string States(int layer);

    /// <summary>The states after each direction's last word, [B,H·D].</summary>
    /// <param name="layer">A layer that was added; asked once.</param>
    string LastStates(int layer);
}
