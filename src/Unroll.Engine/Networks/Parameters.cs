using Unroll.Engine.Numerics;

namespace Unroll.Engine.Networks;

/// <summary>
/// The parameters of a network, or their gradients, in one array: tables first, then the other tensors one after the other.
/// </summary>
public sealed unsafe class Parameters
{
    private readonly AlignedBuffer _values;

    /// <summary>Creates an arena of zeros.</summary>
    /// <param name="all">Its tensors.</param>
    public Parameters(IReadOnlyList<Parameter> all)
    {
        All = all;
        Length = all.Count == 0 ? 0 : all.Max(parameter => parameter.Start + parameter.Length);
        DenseStart = all.Where(parameter => parameter.IsTable).Sum(parameter => parameter.Length);
        _values = new AlignedBuffer(Length);
    }

    /// <summary>Every tensor, in PyTorch's order.</summary>
    public IReadOnlyList<Parameter> All { get; }

    /// <summary>The number of values of all tensors.</summary>
    public int Length { get; }

    /// <summary>The first value that is in no table.</summary>
    internal int DenseStart { get; }

    internal float* Pointer => _values.Pointer;

    /// <summary>Counts the changes by methods of this class: a network packs its weights again after one.</summary>
    internal int Version { get; private set; }

    /// <summary>All values.</summary>
    public ReadOnlySpan<float> Values => Writable;

    /// <summary>All values, for those who keep them: they change with the parameters.</summary>
    public ReadOnlyMemory<float> Memory => _values.Memory[..Length];

    /// <summary>All values; who changes them packs the network.</summary>
    internal Span<float> Writable => _values.Span[..Length];

    /// <summary>The values of one tensor, row-major in its own shape.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>A copy.</returns>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    public float[] this[string name] => Read(Find(name));

    /// <summary>The place of one tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    public Parameter Find(string name) =>
        All.FirstOrDefault(parameter => parameter.Name == name)
        ?? throw new KeyNotFoundException($"no parameter {name}; there are {string.Join(", ", All.Select(p => p.Name))}");

    /// <summary>The values of one tensor, row-major in its own shape.</summary>
    /// <param name="parameter">One of <see cref="All"/>.</param>
    /// <returns>A copy.</returns>
    public float[] Read(Parameter parameter)
    {
        float[] values = Stored(parameter).ToArray();
        return parameter.IsTransposed ? Transpose(values, parameter.Shape[1], parameter.Shape[0]) : values;
    }

    /// <summary>The same, without a copy where the arena has the values in this order: they change with the parameters.</summary>
    public ReadOnlyMemory<float> View(Parameter parameter) =>
        parameter.IsTransposed ? Read(parameter) : Memory.Slice(parameter.Start, parameter.Length);

    /// <summary>Replaces the values of one tensor.</summary>
    /// <param name="parameter">One of <see cref="All"/>.</param>
    /// <param name="values">Row-major in its own shape.</param>
    /// <exception cref="ArgumentException">There are not as many values as the tensor has.</exception>
    public void Write(Parameter parameter, float[] values)
    {
        if (values.Length != parameter.Length)
        {
            throw new ArgumentException(
                $"{values.Length} values for {parameter.Name}, which has {parameter.Length}", nameof(values));
        }
        Write(parameter, stored => values.CopyTo(stored));
    }

    /// <summary>Replaces the values of one tensor by what is read, straight into the arena where it has their order.</summary>
    /// <param name="parameter">One of <see cref="All"/>.</param>
    /// <param name="read">Writes the values, row-major in the tensor's own shape.</param>
    internal void Write(Parameter parameter, SpanAction read)
    {
        if (parameter.IsTransposed)
        {
            float[] values = new float[parameter.Length];
            read(values);
            Transpose(values, parameter.Shape[0], parameter.Shape[1]).CopyTo(WritableOf(parameter));
        }
        else
        {
            read(WritableOf(parameter));
        }
        Version++;
    }

    /// <summary>Writes values.</summary>
    internal delegate void SpanAction(Span<float> values);

    /// <summary>Replaces one row of a tensor.</summary>
    /// <param name="parameter">One of <see cref="All"/>, [R,C], that is not transposed.</param>
    /// <param name="row">The row, from 0.</param>
    /// <param name="values">[C].</param>
    /// <exception cref="ArgumentException">Its rows have another length, or it lies column by column.</exception>
    public void WriteRow(Parameter parameter, int row, ReadOnlySpan<float> values)
    {
        if (parameter.IsTransposed || parameter.Shape is not [_, int columns] || columns != values.Length)
            throw new ArgumentException($"{values.Length} values for a row of {parameter.Name}", nameof(values));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)parameter.Shape[0], nameof(row));
        values.CopyTo(WritableOf(parameter).Slice(row * columns, columns));
        Version++;
    }

    /// <summary>Replaces all values.</summary>
    /// <param name="values">As many as there are, in the order of <see cref="Values"/>.</param>
    /// <exception cref="ArgumentException">There are more or fewer.</exception>
    public void CopyFrom(ReadOnlySpan<float> values)
    {
        if (values.Length != Length)
            throw new ArgumentException($"{values.Length} values, expected {Length}", nameof(values));
        values.CopyTo(Writable);
        Version++;
    }

    /// <summary>Says that values were changed in place.</summary>
    internal void Changed() => Version++;

    /// <summary>A copy.</summary>
    public Parameters Clone()
    {
        Parameters copy = ZerosLike();
        Values.CopyTo(copy.Writable);
        return copy;
    }

    /// <summary>Zeros in the same layout.</summary>
    public Parameters ZerosLike() => new(All);

    /// <summary>The values of one tensor as they lie in the arena: of a transposed one column by column.</summary>
    public ReadOnlySpan<float> Stored(Parameter parameter) => WritableOf(parameter);

    internal Span<float> WritableOf(Parameter parameter) => Writable.Slice(parameter.Start, parameter.Length);

    internal float* PointerTo(Parameter parameter) => Pointer + parameter.Start;

    private static float[] Transpose(float[] values, int rows, int columns)
    {
        float[] transposed = new float[values.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
                transposed[(long)column * rows + row] = values[(long)row * columns + column];
        }
        return transposed;
    }
}
