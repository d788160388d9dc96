using System.Globalization;
using Unroll.Classroom;
using Unroll.Live.Tasks;
using Unroll.Training;

namespace Unroll.Live.Sessions;

/// <summary>What a session begins with; the defaults are the lab's.</summary>
public sealed record LiveSettings
{
    /// <summary>The least H: the plane needs two units.</summary>
    public const int LeastHidden = 2;

    /// <summary>The most H.</summary>
    public const int MostHidden = 16;

    // Beyond it JavaScript has no whole numbers.
    private const ulong MostSeed = (1UL << 53) - 1;

    /// <summary>One of <see cref="LiveTasks.Names"/>.</summary>
    public string Task { get; init; } = LiveTasks.Lab;

    /// <summary>The rows of <see cref="LiveTasks.Own"/>: a label, a tab and a text in each line.</summary>
    public string Rows { get; init; } = "";

    /// <summary>The recurrent layer.</summary>
    public Cell Cell { get; init; } = Cell.Rnn;

    /// <summary>The function of a vanilla RNN.</summary>
    public Nonlinearity Nonlinearity { get; init; }

    /// <summary>H: the width of the hidden state.</summary>
    public int Hidden { get; init; } = LabExercise.Hidden;

    /// <summary>The seed of the first parameters.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>How the first parameters are drawn: the lab's N(0,1), or PyTorch's U(±1/√H).</summary>
    public Initialization Initialization { get; init; } = Initialization.StandardNormal;

    /// <summary>How gradients become updates.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Sgd;

    /// <summary>The learning rate, until it is changed.</summary>
    public float LearningRate { get; init; } = LabExercise.LearningRate;

    /// <summary>The largest norm of the gradients, until it is changed; null for no clipping.</summary>
    public float? ClipNorm { get; init; }

    /// <summary>
    /// What a task begins with where nothing else is chosen: the lab's own settings, or some that learn the task soon.
    /// </summary>
    /// <param name="task">One of <see cref="LiveTasks.Names"/>.</param>
    public static LiveSettings SuggestedFor(string task) => task == LiveTasks.Lab
        ? new LiveSettings()
        : new LiveSettings
        {
            Task = task,
            Cell = new TrainingOptions().Cell,
            Hidden = task == LiveTasks.Adding ? 12 : 6,
            Initialization = Initialization.TorchDefault,
            Optimizer = OptimizerKind.Adam,
            LearningRate = 0.02f,
        };

    /// <summary>Throws when a setting cannot be used.</summary>
    /// <exception cref="InputException">A setting is out of range.</exception>
    public void Validate()
    {
        if (!RecurrentCells.Has(Cell) || !Enum.IsDefined(Cell))
            throw new InputException($"{nameof(Cell)} is {Cell}, expected one of {string.Join(", ", RecurrentCells.All)}");
        if (Hidden is < LeastHidden or > MostHidden)
            throw new InputException($"{nameof(Hidden)} is {Hidden}, expected {LeastHidden} to {MostHidden}");
        if (Seed > MostSeed)
            throw new InputException($"{nameof(Seed)} is {Seed}, expected at most {MostSeed}");
        RequirePositive(LearningRate, nameof(LearningRate));
        if (ClipNorm is { } norm)
            RequirePositive(norm, nameof(ClipNorm));
    }

    /// <summary>Throws where a number is not positive and finite.</summary>
    internal static void RequirePositive(float value, string name)
    {
        if (!(value > 0 && float.IsFinite(value)))
            throw new InputException($"{name} is {value.ToString(CultureInfo.InvariantCulture)}, expected a positive number");
    }
}
