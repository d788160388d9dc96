namespace Unroll.Layers;

/// <summary>The kind of recurrent layer.</summary>
public enum Cell
{
    /// <summary>Vanilla recurrent network (Elman, 1990): <see cref="RnnLayer"/>.</summary>
    Rnn,
}
