namespace Unroll.Live.Sessions;

/// <summary>
/// Something that changes a session. All of them in order, the journal, give the session again to the bit: a link is settings and
/// a journal.
/// </summary>
public abstract record LiveAction
{
    private LiveAction()
    {
    }

    /// <summary>Whether another action may stand in this one's place: a weight is dragged, not set a hundred times.</summary>
    internal bool IsReplacedBy(LiveAction action) => (this, action) switch
    {
        (SetWeight a, SetWeight b) => a.Parameter == b.Parameter && a.Index == b.Index,
        (ScaleRecurrent, ScaleRecurrent) => true,
        (SetLearningRate, SetLearningRate) => true,
        (SetClipNorm, SetClipNorm) => true,
        _ => false,
    };

    /// <summary>Some updates, one sentence each.</summary>
    /// <param name="Updates">How many.</param>
    public sealed record Train(int Updates) : LiveAction;

    /// <summary>One weight gets another value.</summary>
    /// <param name="Parameter">The parameter's name.</param>
    /// <param name="Index">Its place in the tensor, row-major.</param>
    /// <param name="Value">The value.</param>
    public sealed record SetWeight(string Parameter, int Index, float Value) : LiveAction;

    /// <summary>
    /// The recurrent weights, or those of the candidate where there are gates, are multiplied: eigenvalues with them.
    /// </summary>
    /// <param name="Factor">By what.</param>
    public sealed record ScaleRecurrent(float Factor) : LiveAction;

    /// <summary>Another learning rate from here on.</summary>
    /// <param name="LearningRate">The learning rate.</param>
    public sealed record SetLearningRate(float LearningRate) : LiveAction;

    /// <summary>Gradients are clipped from here on, or are not any more.</summary>
    /// <param name="Norm">The largest norm; null for no clipping.</param>
    public sealed record SetClipNorm(float? Norm) : LiveAction;

    /// <summary>A gate is held open or shut whatever is read, or let go.</summary>
    /// <param name="Gate">Its name.</param>
    /// <param name="IsOpen">Whether it is held at 1, or else at 0; null to let it go.</param>
    public sealed record PinGate(string Gate, bool? IsOpen) : LiveAction;

    /// <summary>The vocabulary grows by a word, whose weights are drawn as the others were.</summary>
    /// <param name="Word">The word.</param>
    public sealed record AddWord(string Word) : LiveAction;

    /// <summary>The training sentences grow by one.</summary>
    /// <param name="Label">The name of its label, one of the task's.</param>
    /// <param name="Text">Its words; those that are new are added too.</param>
    public sealed record AddSample(string Label, string Text) : LiveAction;
}
