using System.Text.Json;

namespace Unroll.Classroom.Marks;

/// <summary>One remark to the student.</summary>
/// <param name="Criterion">What it is about.</param>
/// <param name="Text">One line.</param>
public sealed record Remark(Criterion Criterion, string Text);

/// <summary>What one sheet scored: marks for each criterion, which may be halves, and remarks that say what is wrong.</summary>
public sealed class SheetScore
{
    /// <summary>The marks of a sheet without a mistake.</summary>
    public const double Maximum = 20;

    /// <summary>The marks of one criterion.</summary>
    public const double CriterionMaximum = 5;

    /// <summary>The criteria that have marks, in the rubric's order.</summary>
    internal static readonly Criterion[] Criteria =
        [Criterion.Parameters, Criterion.Forward, Criterion.Update, Criterion.Prediction];

    private readonly Dictionary<Criterion, double> _marks = Criteria.ToDictionary(criterion => criterion, _ => 0.0);
    private readonly List<Remark> _remarks = [];

    /// <summary>Creates a score without marks.</summary>
    /// <param name="sheet">The file as the user named it.</param>
    internal SheetScore(string sheet) => Sheet = sheet;

    /// <summary>The file as the user named it.</summary>
    public string Sheet { get; }

    /// <summary>How far the sheet came.</summary>
    public SheetStatus Status { get; private set; }

    /// <summary>The sheet's H, if it is known.</summary>
    public int? Hidden { get; internal set; }

    /// <summary>The learning rate that the sheet's steps show, if they show one.</summary>
    public double? LearningRate { get; internal set; }

    /// <summary>What is wrong, in the order in which it was found.</summary>
    public IReadOnlyList<Remark> Remarks => _remarks;

    /// <summary>The sum of the marks.</summary>
    public double Total => Criteria.Sum(criterion => _marks[criterion]);

    /// <summary>The marks for one criterion, 0 to 5.</summary>
    /// <param name="criterion">Any but <see cref="Criterion.Sheet"/>.</param>
    public double this[Criterion criterion]
    {
        get => _marks[criterion];
        internal set => _marks[criterion] = value;
    }

    /// <summary>Writes the score as the fields of a JSON object.</summary>
    /// <param name="json">Where to, inside an object.</param>
    public void WriteFields(Utf8JsonWriter json)
    {
        json.WriteString("sheet", Sheet);
        json.WriteString("status", Status.Name());
        json.WriteStartObject("marks");
        foreach (Criterion criterion in Criteria)
            json.WriteNumber(criterion.Name(), this[criterion]);
        json.WriteEndObject();
        json.WriteNumber("total", Total);
        WriteNumber(json, "hidden", Hidden);
        WriteNumber(json, "learning_rate", LearningRate);
        json.WriteStartArray("remarks");
        foreach (Remark remark in Remarks)
        {
            json.WriteStartObject();
            json.WriteString("part", remark.Criterion.Name());
            json.WriteString("text", remark.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>The sheet and its total, on one line.</summary>
    public override string ToString() => $"{Wording.OneLine(Sheet)} {Wording.Marks(Total)}";

    /// <summary>Adds a remark about one criterion.</summary>
    internal void AddRemark(Criterion criterion, string text) => _remarks.Add(new Remark(criterion, text));

    /// <summary>Puts a remark before all others.</summary>
    internal void InsertRemark(Criterion criterion, string text) => _remarks.Insert(0, new Remark(criterion, text));

    /// <summary>Sets the status and puts the remark that explains it before all others.</summary>
    internal void SetStatus(SheetStatus status, string text)
    {
        Status = status;
        InsertRemark(Criterion.Sheet, text);
    }

    /// <summary>Drops the remarks, where the status says all there is to say.</summary>
    internal void ClearRemarks() => _remarks.Clear();

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}
