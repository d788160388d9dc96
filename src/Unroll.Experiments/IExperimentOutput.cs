namespace Unroll.Experiments;

/// <summary>Where an experiment's results go as they are measured.</summary>
public interface IExperimentOutput
{
    /// <summary>Takes one measurement.</summary>
    /// <param name="json">A JSON object on one line.</param>
    void Line(string json);

    /// <summary>Takes a table for people.</summary>
    /// <param name="table">The table.</param>
    void Table(ExperimentTable table);

    /// <summary>Takes a line of text for people.</summary>
    /// <param name="text">The line.</param>
    void Text(string text);

    /// <summary>Takes how far the experiment is; from any thread, one at a time.</summary>
    /// <param name="done">Runs that are done.</param>
    /// <param name="all">All runs.</param>
    void Progress(int done, int all);
}

/// <summary>A table for people.</summary>
/// <param name="Title">What the numbers are.</param>
/// <param name="Headers">The name of each column.</param>
/// <param name="Rows">The text of each column, row by row.</param>
public sealed record ExperimentTable(string Title, IReadOnlyList<string> Headers, IReadOnlyList<IReadOnlyList<string>> Rows);
