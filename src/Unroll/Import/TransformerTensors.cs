using System.Globalization;
using System.Text.RegularExpressions;
using Unroll.Engine.Layers;
using Unroll.Engine.Networks;
using Unroll.Storage;

namespace Unroll.Import;

/// <summary>
/// The Transformer of a state dict: a module of <c>torch.nn.TransformerEncoder</c> under any name, found by the endings of its
/// tensors' names, such as <c>layers.0.self_attn.in_proj_weight</c>, and what tells it the places of the words.
/// </summary>
internal sealed partial class TransformerTensors : ILayerTensors
{
    private const double MostDifference = 1e-4;

    // Of one layer, beside in_proj_weight.
    private static readonly string[] Parts =
    [
        "self_attn.in_proj_weight", "self_attn.in_proj_bias", "self_attn.out_proj.weight", "self_attn.out_proj.bias",
        "linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias", "norm1.weight", "norm1.bias", "norm2.weight",
        "norm2.bias",
    ];

    private readonly StateDict _tensors;
    private readonly TorchImportOptions _options;
    private readonly string _prefix;
    private readonly int _layers;
    private readonly int _feedForward;
    private readonly string? _positions;
    private int? _places;
    private bool _isSinusoidal = true;

    private TransformerTensors(StateDict tensors, TorchImportOptions options, string prefix, int layers)
    {
        (_tensors, _options, _prefix, _layers) = (tensors, options, prefix, layers);
        string first = $"{prefix}layers.0.";
        InputSize = tensors.ShapeOf($"{first}self_attn.in_proj_weight") is [var rows, var width] && rows == 3 * width
            && width is > 0 and < int.MaxValue / 3
            ? (int)width
            : throw new InputException(
                $"{tensors.Source}: {tensors.Describe([$"{first}self_attn.in_proj_weight"])}, expected 3 times as many rows as "
                + "columns: keys and values as wide as the queries");
        _feedForward = tensors.Has($"{first}linear1.weight") && tensors.ShapeOf($"{first}linear1.weight") is [var inner, _]
            ? (int)Math.Min(inner, int.MaxValue)
            : throw Missing($"{first}linear1.weight");
        string[] positions = [.. tensors.Names.Where(IsOfPositions)];
        _positions = positions.Length <= 1 ? positions.FirstOrDefault() : throw new InputException(
            $"{tensors.Source}: {tensors.Describe(positions)} can each be the positions; leave the others out with "
            + "TorchImportOptions.Ignore = NAME if forward() does not read them");
    }

    public string Name => "the Transformer";

    public int InputSize { get; }

    public int Hidden => InputSize;

    public int StateSize => InputSize;

    public string Module => _prefix.TrimEnd('.');

    private bool HasFinalNorm => _tensors.All.ContainsKey($"{_prefix}norm.weight");

    /// <summary>Whether a state dict has a Transformer and no recurrent layer.</summary>
    public static bool IsIn(StateDict tensors) =>
        tensors.Names.Any(name => InProjection().IsMatch(name)) && !tensors.Names.Any(RecurrentTensors.IsRecurrent);

    /// <summary>Finds the one Transformer.</summary>
    /// <exception cref="InputException">There are several, or it is one that Unroll does not have.</exception>
    public static TransformerTensors Find(StateDict tensors, TorchImportOptions options)
    {
        Match[] all = [.. tensors.Names.Select(name => InProjection().Match(name)).Where(match => match.Success)];
        string[] prefixes = [.. all.Select(match => match.Groups["prefix"].Value).Distinct()];
        if (prefixes.Length > 1)
        {
            string names = string.Join(" and ", prefixes.Select(prefix => $"\"{prefix.TrimEnd('.')}\""));
            throw new InputException(
                $"{tensors.Source}: {prefixes.Length} Transformer encoders, {names}, expected one; leave the others out with "
                + "TorchImportOptions.Ignore = NAME if they do not take part");
        }
        if (options.Nonlinearity is not null)
        {
            throw new InputException(
                $"TorchImportOptions.Nonlinearity is for an RNN, and {tensors.Source} has a Transformer; leave it out");
        }
        int layers = 1 + all.Max(match => int.Parse(match.Groups["layer"].Value, CultureInfo.InvariantCulture));
        if (layers > NetworkConfig.MostLayers || layers != all.Length)
        {
            throw new InputException(
                $"{tensors.Source}: a Transformer with layer {layers - 1} and {all.Length} layers in all, expected layers 0 to "
                + $"{all.Length - 1}; save the whole state dict");
        }
        var found = new TransformerTensors(tensors, options, prefixes[0], layers);
        found.RequireHeads();
        if (options.PositionScale is { } scale && !(scale > 0 && float.IsFinite(scale)))
        {
            throw new InputException(
                FormattableString.Invariant($"TorchImportOptions.PositionScale is {scale:G7}, expected a positive number"));
        }
        return found;
    }

    public bool Owns(string name) => name.StartsWith($"{_prefix}layers.", StringComparison.Ordinal)
        || name.StartsWith($"{_prefix}norm.", StringComparison.Ordinal);

    public Dictionary<string, float[]> TakeAll(List<string> notes)
    {
        (int width, int inner) = (InputSize, _feedForward);
        var values = new Dictionary<string, float[]>();
        for (int layer = 0; layer < _layers; layer++)
        {
            foreach (string part in Parts)
            {
                long[] shape = part switch
                {
                    "self_attn.in_proj_weight" => [3 * width, width],
                    "self_attn.in_proj_bias" => [3 * width],
                    "self_attn.out_proj.weight" => [width, width],
                    "linear1.weight" => [inner, width],
                    "linear1.bias" => [inner],
                    "linear2.weight" => [width, inner],
                    _ => [width],
                };
                values[$"{NetworkLayout.TransformerName(layer)}.{part}"] = Take($"{_prefix}layers.{layer}.{part}", shape);
            }
        }
        if (HasFinalNorm)
        {
            values[$"{NetworkLayout.Encoder}.norm.weight"] = Take($"{_prefix}norm.weight", width);
            values[$"{NetworkLayout.Encoder}.norm.bias"] = Take($"{_prefix}norm.bias", width);
        }
        TakePositions(values, notes);
        return values;
    }

    public ModelConfig Complete(ModelConfig config) => config with
    {
        Cell = Cell.Transformer,
        Hidden = InputSize,
        Layers = _layers,
        Transformer = new TransformerOptions
        {
            Heads = _options.Heads!.Value,
            FeedForward = _feedForward,
            Positions = _isSinusoidal ? Positions.Sinusoidal : Positions.Learned,
            MaximumPositions = _isSinusoidal ? new TransformerOptions().MaximumPositions : _places!.Value,
            Norm = _options.Norm ?? NormPlace.After,
            FinalNorm = HasFinalNorm,
            PositionScale = _options.PositionScale ?? 1,
        },
    };

    private void RequireHeads()
    {
        if (_options.Heads is not { } heads)
        {
            throw new InputException(
                $"{_tensors.Source}: a Transformer, and the file does not say how many heads it has; give "
                + "TorchImportOptions.Heads = N, the nhead of torch.nn.TransformerEncoderLayer");
        }
        if (heads < 1 || InputSize % heads != 0)
        {
            throw new InputException(
                $"TorchImportOptions.Heads is {heads}, expected a divisor of {InputSize}, the width of {_tensors.Source}");
        }
    }

    // A buffer of sines needs no place in the model: they are computed.
    private void TakePositions(Dictionary<string, float[]> values, List<string> notes)
    {
        if (_positions is null)
        {
            notes.Add(
                "there are no positions in the file: sinusoidal ones were taken, as a buffer that is not saved has them; a model "
                + "without positions answers otherwise");
            return;
        }
        IReadOnlyList<long> shape = _tensors.ShapeOf(_positions);
        _places = (int)Math.Min(shape.Aggregate(1L, (product, size) => product * size) / InputSize, int.MaxValue);
        float[] rows = _tensors.Take(_positions, [.. shape]);
        _isSinusoidal = !Enumerable.Range(0, rows.Length).Any(
            i => Math.Abs(rows[i] - SinusoidalPositions.Value(i / InputSize, i % InputSize, InputSize)) > MostDifference);
        if (_isSinusoidal)
        {
            notes.Add($"{_positions} are sines and cosines, which Unroll computes for texts of any length");
            return;
        }
        if (_places > TransformerOptions.MostPositions)
        {
            throw new InputException(
                $"{_tensors.Source}: {_positions} has {_places} places, expected at most {TransformerOptions.MostPositions}");
        }
        if (_options.PositionScale is not null)
        {
            throw new InputException(
                $"TorchImportOptions.PositionScale is for sinusoidal positions, and {_positions} of {_tensors.Source} are "
                + "learned ones; leave it out");
        }
        values[NetworkLayout.PositionWeight] = rows;
        notes.Add($"{_positions} was taken for learned positions, from 0 on: texts of more than {_places} tokens are refused");
    }

    // pos_encoder.pe, position.weight, pos_embedding: [M,E], or with one dimension of 1 for the batch.
    private bool IsOfPositions(string name)
    {
        string last = name[(name.LastIndexOf('.') + 1)..];
        bool isNamed = last == "pe" || name.Contains("pos", StringComparison.OrdinalIgnoreCase);
        return isNamed && !Owns(name) && _tensors.ShapeOf(name) switch
        {
            [_, var width] => width == InputSize,
            [var first, var second, var width] => width == InputSize && (first == 1 || second == 1),
            _ => false,
        };
    }

    private float[] Take(string name, params ReadOnlySpan<long> shape) =>
        _tensors.Has(name) ? _tensors.Take(name, shape) : throw Missing(name);

    private InputException Missing(string name) =>
        new($"{_tensors.Source}: no tensor {name}, which the Transformer's other tensors call for; save the whole state dict");

    [GeneratedRegex(@"^(?<prefix>.*?)layers\.(?<layer>[0-9]{1,4})\.self_attn\.in_proj_weight$")]
    private static partial Regex InProjection();
}
