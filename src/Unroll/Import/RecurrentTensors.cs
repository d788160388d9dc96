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
    /// <param name="tensors">The state dict.</param>
    /// <param name="named">The cell; null to tell it by shapes.</param>
    public static RecurrentTensors Find(StateDict tensors, Cell? named)
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
        return Measure(tensors, prefixes[0], all, named);
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
                if (RecurrentCells.Of(Cell).TorchModule is null)
                {
                    TakeOwn(values, layer, suffix);
                    continue;
                }
                values["rnn.weight_ih" + suffix] = Take("weight_ih" + suffix, Rows, layer == 0 ? InputSize : StateSize);
                values["rnn.weight_hh" + suffix] = Take("weight_hh" + suffix, Rows, Hidden);
                foreach (string name in (string[])["bias_ih", "bias_hh"])
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

    // The tensors of a cell that torch.nn does not have, as the cell names them. One-hot words are no vectors beside h.
    private void TakeOwn(Dictionary<string, float[]> values, int layer, string suffix)
    {
        int inputSize = layer == 0 ? InputSize : StateSize;
        IRecurrentCell known = RecurrentCells.Of(Cell);
        IRecurrentCell cell = known.Between(inputSize, Hidden);
        if (layer == 0 && cell.Gates * Hidden != Rows)
            cell = known.Between(0, Hidden);
        foreach (CellTensor tensor in cell.Tensors)
        {
            int[] shape = tensor.Shape(inputSize, Hidden);
            bool isMissing = tensor.Name == CellTensor.Bias && !HasBias;
            values[$"rnn.{tensor.Name}{suffix}"] = isMissing
                ? new float[shape[0]]
                : Take(tensor.Name + suffix, [.. shape.Select(size => (long)size)]);
        }
    }

    /// <summary>Whether a tensor is of the module that was found, also where it was left out.</summary>
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

    private static RecurrentTensors Measure(StateDict tensors, string prefix, Match[] all, Cell? named)
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
        if (named is { } known)
        {
            hidden = readsState
                ? tensors.ShapeOf(recurrentName)[1]
                : HiddenOf(tensors, $"{prefix}bias_ih{suffix}", known, rows);
            cell = known;
            RequireRows(tensors, inputName, known, rows, input, hidden);
        }
        else if (all.FirstOrDefault(match => !IsOfTorch(match.Groups["kind"].Value)) is { } strange)
        {
            throw new InputException(
                $"{tensors.Source}: {strange.Value} is no tensor of {TorchModules}; give TorchImportOptions.Cell = NAME, the "
                + $"cell that Unroll wrote it for: {CellsWith(strange.Groups["kind"].Value)}");
        }
        else if (readsState)
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

    // The first cell whose gates do not read the state has no W_hh; its rows are G·H. Others are asked for by name.
    private static (Cell? Cell, long Hidden) WithoutState(long rows)
    {
        Cell cell = RecurrentCells.All.First(
            cell => RecurrentCells.Of(cell).Tensors.All(tensor => tensor.Input != TensorInput.Hidden));
        int gates = RecurrentCells.Of(cell).Gates;
        return rows > 0 && rows % gates == 0 ? (cell, rows / gates) : (null, 0);
    }

    // H of a named cell without W_hh: of its biases, whose number does not depend on the input, or else of its rows.
    private static long HiddenOf(StateDict tensors, string biasName, Cell cell, long rows)
    {
        IRecurrentCell known = RecurrentCells.Of(cell);
        int biases = known.Tensors.Where(tensor => tensor.Input == TensorInput.None).Sum(tensor => tensor.Gates);
        return tensors.Has(biasName) && tensors.ShapeOf(biasName) is [long length] ? length / biases : rows / known.Gates;
    }

    private static void RequireRows(StateDict tensors, string name, Cell cell, long rows, long input, long hidden)
    {
        IRecurrentCell known = RecurrentCells.Of(cell);
        bool fits = hidden is > 0 and <= MostRows && input is > 0 and <= MostRows
            && (rows == GatesFor(input) * hidden || rows == GatesFor(0) * hidden);
        if (!fits)
        {
            throw new InputException(
                $"{tensors.Source}: {name} is [{rows},{input}], which is no {RecurrentCells.NameOf(cell)}'s; give "
                + "TorchImportOptions.Cell of the model that the file is of");
        }

        long GatesFor(long inputSize) => known.Between((int)inputSize, (int)hidden).Gates;
    }

    private static bool IsOfTorch(string tensor) => tensor.EndsWith("_ih", StringComparison.Ordinal)
        || tensor.EndsWith("_hh", StringComparison.Ordinal) || tensor.EndsWith("_hr", StringComparison.Ordinal);

    private static string CellsWith(string tensor) => string.Join(
        " or ",
        RecurrentCells.All.Where(cell => RecurrentCells.Of(cell).Tensors.Any(known => known.Name == tensor))
            .Select(RecurrentCells.NameOf));

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
        @"^(?<prefix>.*?)(?<kind>weight_ih|weight_hh|weight_hr|(?:weight_ph|weight_c)(?=_l[0-9])|bias_ih|bias_hh)" +
        @"(?:_l(?<layer>[0-9]{1,4})(?<reverse>_reverse)?)?$")]
    private static partial Regex RecurrentName();
}
