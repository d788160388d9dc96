namespace Unroll.Cli.Classroom;

/// <summary>How far a sheet came.</summary>
internal enum SheetStatus
{
    Marked,
    Untouched,
    NotCompiled,
    Crashed,
    TimedOut,
    Flooded,
    NoTrace,
    Unreadable,
}

/// <summary>A part of the rubric, five marks each.</summary>
internal enum Criterion
{
    Sheet,
    Parameters,
    Forward,
    Update,
    Prediction,
}

/// <summary>One sentence to the student.</summary>
internal sealed record Remark(Criterion Criterion, string Text);

/// <summary>The marks of one sheet; halves are possible.</summary>
internal sealed class SheetMarks(string sheet)
{
    public const double Most = 20;

    private readonly double[] _marks = new double[Enum.GetValues<Criterion>().Length];
    private readonly List<Remark> _remarks = [];

    /// <summary>The file as it was named.</summary>
    public string Sheet => sheet;

    public SheetStatus Status { get; set; }

    /// <summary>H of the sheet, if it can be told.</summary>
    public int? Hidden { get; set; }

    /// <summary>The learning rate that its steps show.</summary>
    public double? LearningRate { get; set; }

    public IReadOnlyList<Remark> Remarks => _remarks;

    public double Total => _marks.Sum();

    public double this[Criterion criterion]
    {
        get => _marks[(int)criterion];
        set => _marks[(int)criterion] = value;
    }

    /// <summary>Says something about one part.</summary>
    public void Say(Criterion criterion, string text) => _remarks.Add(new Remark(criterion, text));

    /// <summary>Says first what became of the whole sheet.</summary>
    public void Stop(SheetStatus status, string text)
    {
        Status = status;
        _remarks.Insert(0, new Remark(Criterion.Sheet, text));
    }

    /// <summary>Leaves this as the only thing that is said.</summary>
    public void SayOnly(SheetStatus status, string text)
    {
        _remarks.Clear();
        Stop(status, text);
    }
}
