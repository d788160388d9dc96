using System.Globalization;
using System.Text.RegularExpressions;
using Unroll.Engine.Cells;
using Unroll.Engine.Networks;
using Unroll.Storage;

namespace Unroll.Import;

/// <summary>
/// The recurrent layer of a state dict: a module of <c>torch.nn.RNN</c>, <c>GRU</c> or <c>LSTM</c> under any name, found by the
/// endings of its tensors' names, such as <c>weight_ih_l0_reverse</c>; a cell (<c>weight_ih</c>) is a layer too.
/// </summary>
internal sealed partial class RecurrentTensors : ILayerTensors
{
    // States of both directions side by side are still counted by an int.
    private const long MostRows = int.MaxValue / 2;

    private readonly StateDict _tensors;
    private readonly string _prefix;
    private readonly bool _isCell;

    private RecurrentTensors(StateDict tensors, string prefix, bool isCell)
    {
        (_tensors, _prefix, _isCell) = (tensors, prefix, isCell);
    }

    public string Name => "the recurrent layer";

    public Cell Cell { get; private init; }

    public int InputSize { get; private init; }

    public int Hidden { get; private init; }

    /// <summary>G·H.</summary>
    public int Rows { get; private init; }

    public int Layers { get; private init; }

    public bool Bidirectional { get; private init; }

    public bool HasBias { get; private init; }

    /// <summary>Whether there is a W_hh: it tells which module of PyTorch it is.</summary>
    public bool ReadsState { get; private init; }

    public int StateSize => checked(Hidden * (Bidirectional ? 2 : 1));

    /// <summary>Finds the one recurrent module.</summary>
    /// <exception cref="InputException">There is none, there are several, or it is one that Unroll does not have.</exception>
    public static RecurrentTensors Find(StateDict tensors)
    {
        Match[] all = [.. tensors.Names.Select(name => RecurrentName().Match(name)).Where(match => match.Success)];
        string[] prefixes = [.. all.Select(match => match.Groups["prefix"].Value).Distinct()];
        if (prefixes.Length == 0)
        {
            throw new InputException(
                $"{tensors.Source}: no recurrent layer: no name ends in weight_ih_l0, as those of {TorchModules} do; "
                + $"found {(tensors.Names.Count == 0 ? "no tensor at all" : tensors.Describe(tensors.Names))}; "
                + (tensors.Names.Count == 0
                    ? "save model.state_dict() of the trained model"
                    : "a model without a recurrent layer cannot be imported"));
        }
        if (prefixes.Length > 1)
            throw Several(tensors, prefixes, all);
        if (all.FirstOrDefault(match => match.Groups["kind"].Value == "weight_hr") is { } projection)
        {
            throw new InputException(
                $"{tensors.Source}: {projection.Value} is an LSTM's projection, which Unroll does not have; " +
                "train without proj_size");
        }
        return Measure(tensors, prefixes[0], all);
    }

    /// <summary>Takes every tensor, under the names of a module called <c>rnn</c>; biases that are not there are zeros.</summary>
    public Dictionary<string, float[]> TakeAll(List<string> notes)
    {
        if (!ReadsState)
            notes.Add("there is no weight_hh: the layer is read as a cell whose gates do not read the state, in Unroll's order");
        if (!HasBias)
            notes.Add("the recurrent layer has no biases (bias=False); they are zeros");
        var values = new Dictionary<string, float[]>();
        for (int layer = 0; layer < Layers; layer++)
        {
            for (int direction = 0; direction < (Bidirectional ? 2 : 1); direction++)
            {
                string suffix = NetworkLayout.Suffix(layer, direction);
                values["rnn.weight_ih" + suffix] = Take("weight_ih" + suffix, Rows, layer == 0 ? InputSize : StateSize);
                if (ReadsState)
                    values["rnn.weight_hh" + suffix] = Take("weight_hh" + suffix, Rows, Hidden);
                string[] biases = RecurrentCells.Of(Cell).TorchModule is null ? ["bias_ih"] : ["bias_ih", "bias_hh"];
                foreach (string name in biases)
                    values["rnn." + name + suffix] = HasBias ? Take(name + suffix, Rows) : new float[Rows];
            }
        }
        return values;
    }

    public ModelConfig Complete(ModelConfig config) => config with
    {
        Cell = Cell,
        Hidden = Hidden,
        Layers = Layers,
        Bidirectional = Bidirectional,
    };

    public bool Owns(string name) =>
        RecurrentName().Match(name) is { Success: true } match && match.Groups["prefix"].Value == _prefix;

    public string Module => _prefix.EndsWith('.') ? _prefix[..^1] : "";

    /// <summary>Whether it is the matrix by which some recurrent module reads its input.</summary>
    public static bool ReadsInput(string name) =>
        RecurrentName().Match(name) is { Success: true } match && match.Groups["kind"].Value == "weight_ih"
            && match.Groups["layer"].Value is "" or "0";

    /// <summary>Whether a tensor is of some recurrent module.</summary>
    public static bool IsRecurrent(string name) => RecurrentName().IsMatch(name);

    // The second module may read what the first one gives: then both take part.
    private static InputException Several(StateDict tensors, string[] prefixes, Match[] all)
    {
        string names = string.Join(" and ", prefixes.Select(prefix => $"\"{prefix.TrimEnd('.')}\""));
        string found = $"{tensors.Source}: {prefixes.Length} recurrent modules, {names}, expected one; ";
        (long Input, long State)[] widths = [.. prefixes.Select(Widths)];
        bool isChain = widths.Any(reader => widths.Any(giver => giver != reader && giver.State == reader.Input));
        return new InputException(found + (isChain
            ? "the states of one are as wide as the input of the other, and Unroll does not compute two modules one after the "
                + "other; train one module with num_layers = 2"
            : "leave the others out with TorchImportOptions.Ignore = NAME if they do not take part"));

        (long Input, long State) Widths(string prefix)
        {
            Match[] own = [.. all.Where(match => match.Groups["prefix"].Value == prefix)];
            long directions = own.Any(match => match.Groups["reverse"].Success) ? 2 : 1;
            return (Width("weight_ih"), directions * Width("weight_hh"));

            long Width(string kind) => own
                .Where(match => match.Groups["kind"].Value == kind && match.Groups["layer"].Value is "" or "0")
                .Select(match => tensors.ShapeOf(match.Value) is [_, long width] ? width : 0).FirstOrDefault();
        }
    }

    private static RecurrentTensors Measure(StateDict tensors, string prefix, Match[] all)
    {
        bool isCell = all.All(match => match.Groups["layer"].Length == 0);
        string suffix = isCell ? "" : "_l0";
        string recurrentName = $"{prefix}weight_hh{suffix}";
        string inputName = $"{prefix}weight_ih{suffix}";
        bool readsState = all.Any(match => match.Groups["kind"].Value is "weight_hh" or "bias_hh");
        foreach (string name in (string[])(readsState ? [inputName, recurrentName] : [inputName]))
        {
            if (!tensors.Has(name) || tensors.ShapeOf(name).Count != 2)
            {
                throw new InputException(
                    $"{tensors.Source}: no matrix {name}, expected one beside {all[0].Value}; save the whole state dict");
            }
        }
        (long rows, long input) = (tensors.ShapeOf(inputName)[0], tensors.ShapeOf(inputName)[1]);
        Cell? cell;
        long hidden;
        if (readsState)
        {
            (rows, hidden) = (tensors.ShapeOf(recurrentName)[0], tensors.ShapeOf(recurrentName)[1]);
            cell = hidden == 0 || rows % hidden != 0 ? null : CellOf(rows / hidden);
        }
        else
        {
            (cell, hidden) = WithoutState(rows);
        }
        if (cell is null || input == 0 || rows > MostRows || hidden > MostRows || input > MostRows)
        {
            throw new InputException(readsState
                ? $"{tensors.Source}: {recurrentName} is [{rows},{hidden}], expected {DescribeRows()}"
                : $"{tensors.Source}: {inputName} is [{rows},{input}] without a weight_hh, which {TorchModules} have; save the "
                    + "whole state dict");
        }
        int layers = 1 + all.Max(match => match.Groups["layer"].Length == 0 ? 0 : LayerOf(match));
        return new RecurrentTensors(tensors, prefix, isCell)
        {
            Cell = cell.Value,
            InputSize = (int)input,
            Hidden = (int)hidden,
            Rows = (int)rows,
            Layers = layers,
            Bidirectional = all.Any(match => match.Groups["reverse"].Success),
            HasBias = all.Any(match => match.Groups["kind"].Value.StartsWith("bias", StringComparison.Ordinal)),
            ReadsState = readsState,
        };
    }

    // A cell whose gates do not read the state has no W_hh; its rows are G·H.
    private static (Cell? Cell, long Hidden) WithoutState(long rows)
    {
        foreach (Cell cell in RecurrentCells.All)
        {
            IRecurrentCell known = RecurrentCells.Of(cell);
            if (known.Tensors.All(tensor => tensor.Name != CellTensor.RecurrentWeight) && rows > 0 && rows % known.Gates == 0)
                return (cell, rows / known.Gates);
        }
        return (null, 0);
    }

    // Of the modules of torch.nn, rows over columns of W_hh tell which one it is.
    private static Cell? CellOf(long gates)
    {
        foreach (Cell cell in RecurrentCells.All)
        {
            if (RecurrentCells.Of(cell) is { TorchModule: not null } candidate && candidate.Gates == gates)
                return cell;
        }
        return null;
    }

    private static IRecurrentCell[] Candidates =>
    [
        .. from cell in RecurrentCells.All
           let known = RecurrentCells.Of(cell)
           where known.TorchModule is not null
           orderby known.Gates
           select known,
    ];

    // torch.nn.RNN, GRU and LSTM
    private static string TorchModules
    {
        get
        {
            string[] names = [.. Candidates.Select(cell => cell.TorchModule!)];
            return $"torch.nn.{string.Join(", ", names[..^1])} and {names[^1]}";
        }
    }

    // As many rows as columns (RNN), 3 times (GRU) or 4 times as many (LSTM).
    private static string DescribeRows()
    {
        IEnumerable<string> rows = Candidates[..^1].Select(cell => $"{Rows(cell)} ({cell.TorchModule})");
        IRecurrentCell last = Candidates[^1];
        return $"{string.Join(", ", rows)} or {last.Gates} times as many ({last.TorchModule})";

        static string Rows(IRecurrentCell cell) => cell.Gates == 1 ? "as many rows as columns" : $"{cell.Gates} times";
    }

    private float[] Take(string name, params ReadOnlySpan<long> shape)
    {
        string full = _prefix + (_isCell ? name[..^"_l0".Length] : name);
        return _tensors.Has(full)
            ? _tensors.Take(full, shape)
            : throw new InputException(
                $"{_tensors.Source}: no tensor {full}, which the other recurrent tensors call for; save the whole state dict");
    }

    private static int LayerOf(Match match) => int.Parse(match.Groups["layer"].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^(?<prefix>.*?)(?<kind>weight_ih|weight_hh|weight_hr|bias_ih|bias_hh)" +
        @"(?:_l(?<layer>[0-9]{1,4})(?<reverse>_reverse)?)?$")]
    private static partial Regex RecurrentName();
}
