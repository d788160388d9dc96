using Unroll.Data;
using Unroll.Storage;

namespace Unroll.Import;

/// <summary>The tensors of a PyTorch state dict of which it is not yet known what they are; taking one removes it.</summary>
internal sealed class StateDict
{
    private const int NamesInError = 8;

    private readonly SafetensorsFile _file;
    private readonly SortedDictionary<string, TensorEntry> _rest = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _converted = new(StringComparer.Ordinal);

    private StateDict(SafetensorsFile file, string source)
    {
        _file = file;
        Source = source;
        foreach ((string name, TensorEntry entry) in file.Tensors)
            _rest.Add(name, entry);
    }

    /// <summary>The file's name.</summary>
    public string Source { get; }

    /// <summary>The tensors that nothing has taken.</summary>
    public IReadOnlyCollection<string> Names => _rest.Keys;

    /// <summary>The shapes of all tensors of the file, also of those that were taken or left out.</summary>
    public IReadOnlyDictionary<string, TensorEntry> All => _file.Tensors;

    /// <summary>The types of elements, other than F32, of the tensors that were read.</summary>
    public IReadOnlyCollection<string> ConvertedTypes => _converted;

    /// <summary>Whether Unroll wrote the file.</summary>
    public bool IsOfUnroll => ModelHashes.AreIn(_file);

    public static StateDict Read(string path)
    {
        byte[] bytes = InputFile.ReadAll(path, "expected a state dict saved as safetensors");
        if (ForeignStateDict.Find(bytes, path) is { } foreign)
            throw foreign;
        return new StateDict(SafetensorsFile.Parse(bytes, path), path);
    }

    public bool Has(string name) => _rest.ContainsKey(name);

    public IReadOnlyList<long> ShapeOf(string name) => _rest[name].Shape;

    public bool HasShape(string name, params ReadOnlySpan<long> shape) =>
        _rest.TryGetValue(name, out TensorEntry? entry) && shape.SequenceEqual([.. entry.Shape]);

    /// <summary>Leaves tensors out and returns their names.</summary>
    /// <param name="ignored">A name, or what names begin with, up to a dot.</param>
    public string[] Remove(string ignored)
    {
        string start = ignored.EndsWith('.') ? ignored : ignored + ".";
        string[] names = [.. Names.Where(name => name == ignored || name.StartsWith(start, StringComparison.Ordinal))];
        if (names.Length == 0)
        {
            throw new InputException(
                $"{Source}: TorchImportOptions.Ignore = \"{ignored}\" names no tensor, expected one of {Describe(Names)}");
        }
        foreach (string name in names)
            _rest.Remove(name);
        return names;
    }

    /// <summary>Takes a tensor and reads it.</summary>
    /// <exception cref="InputException">It has another shape, its elements are no floats, or one is not finite.</exception>
    public float[] Take(string name, params ReadOnlySpan<long> shape)
    {
        TensorEntry entry = _rest[name];
        if (!HasShape(name, shape))
        {
            throw new InputException(
                $"{Source}: {name} is {Format(entry.Shape)}, expected {Format(shape.ToArray())}, as the other tensors have it");
        }
        float[] values = _file.ReadSingles(name);
        if (Array.FindIndex(values, value => !float.IsFinite(value)) is var bad and >= 0)
        {
            if (entry.DType == "F64" && BitConverter.ToDouble(_file.BytesOf(name)[(bad * sizeof(double))..]) is var wide
                && double.IsFinite(wide))
            {
                throw new InputException(FormattableString.Invariant(
                    $"{Source}: value {bad} of {name} is {wide}, which F64 can hold and F32 cannot, expected at most 3.4e38; ")
                    + "look at how the model was trained, or take an earlier checkpoint");
            }
            throw new InputException(
                $"{Source}: value {bad} of {name} is {values[bad]}; the training failed, take an earlier checkpoint");
        }
        if (entry.DType != "F32")
            _converted.Add(entry.DType);
        _rest.Remove(name);
        return values;
    }

    /// <summary>Names with their shapes, the first few.</summary>
    public string Describe(IEnumerable<string> names)
    {
        string[] all = [.. names];
        string more = all.Length > NamesInError ? $" and {all.Length - NamesInError} more" : "";
        return string.Join(", ", all.Take(NamesInError).Select(name => $"{name} {Format(All[name].Shape)}")) + more;
    }

    private static string Format(IEnumerable<long> shape) => $"[{string.Join(',', shape)}]";
}
