using Unroll.Text;

namespace Unroll.Experiments;

/// <summary>A measurement that anybody can repeat.</summary>
public interface IExperiment
{
    /// <summary>Its name on the command line.</summary>
    string Name { get; }

    /// <summary>What it answers, in one line.</summary>
    string Question { get; }

    /// <summary>The recurrent layers it can compare; empty if it compares none.</summary>
    IReadOnlyList<CellChoice> Cells { get; }

    /// <summary>Whether it needs <see cref="ExperimentSettings.Rows"/>.</summary>
    bool ReadsData => false;

    /// <summary>How the texts of the rows are cut.</summary>
    Tokenizer Tokenizer => ExperimentRows.Tokenizer;

    /// <summary>Its sizes.</summary>
    /// <param name="full">Whether they are those of the publications, and may take hours.</param>
    ExperimentSettings Defaults(bool full);

    /// <summary>Measures.</summary>
    /// <param name="settings">Sizes.</param>
    /// <param name="log">Where the results go.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    void Run(ExperimentSettings settings, ExperimentLog log, CancellationToken cancellationToken);
}
