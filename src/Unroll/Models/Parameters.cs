namespace Unroll.Models;

/// <summary>One tensor of a model: where it lies in the arena.</summary>
/// <param name="Name">PyTorch's name, such as <c>rnn.weight_ih_l0</c>.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Start">Its first value's place in the arena.</param>
public sealed record Parameter(string Name, IReadOnlyList<int> Shape, int Start)
{
    /// <summary>The number of values: the product of the dimensions.</summary>
    public int Length { get; } = Shape.Aggregate(1, (product, dimension) => checked(product * dimension));
}

/// <summary>
/// The parameters of a model, or their gradients, in one array: named tensors one after the other.
/// </summary>
public sealed class Parameters
{
    private readonly float[] _values;

    /// <summary>Creates an arena of zeros.</summary>
    /// <param name="all">Its tensors, as <see cref="Layout"/> places them.</param>
    public Parameters(IReadOnlyList<Parameter> all)
        : this(all, new float[all.Count == 0 ? 0 : all[^1].Start + all[^1].Length])
    {
    }

    private Parameters(IReadOnlyList<Parameter> all, float[] values)
    {
        All = all;
        _values = values;
    }

    /// <summary>Every tensor, in the order they lie in.</summary>
    public IReadOnlyList<Parameter> All { get; }

    /// <summary>All values.</summary>
    public Span<float> Values => _values;

    /// <summary>The values of one tensor, row-major.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    public Span<float> this[string name] => this[Find(name)];

    /// <summary>The values of one tensor, row-major.</summary>
    /// <param name="parameter">One of <see cref="All"/>.</param>
    public Span<float> this[Parameter parameter] => _values.AsSpan(parameter.Start, parameter.Length);

    /// <summary>The place of one tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    public Parameter Find(string name) =>
        All.FirstOrDefault(parameter => parameter.Name == name)
        ?? throw new KeyNotFoundException($"no parameter {name}; there are {string.Join(", ", All.Select(p => p.Name))}");

    /// <summary>Places tensors one after the other.</summary>
    /// <param name="tensors">The names and shapes, in the order they shall lie in.</param>
    /// <exception cref="OverflowException">They hold more than 2^31 - 1 values together.</exception>
    public static IReadOnlyList<Parameter> Layout(IEnumerable<(string Name, int[] Shape)> tensors)
    {
        var all = new List<Parameter>();
        int start = 0;
        foreach ((string name, int[] shape) in tensors)
        {
            all.Add(new Parameter(name, shape, start));
            start = checked(start + all[^1].Length);
        }
        return all;
    }

    /// <summary>An arena of zeros with the same tensors: for gradients.</summary>
    public Parameters ZerosLike() => new(All);

    /// <summary>A copy.</summary>
    public Parameters Clone() => new(All, [.. _values]);

    internal ReadOnlyMemory<float> MemoryOf(Parameter parameter) => _values.AsMemory(parameter.Start, parameter.Length);
}
