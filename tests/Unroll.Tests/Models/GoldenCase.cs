using System.Text.Json;
using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Storage;
using Unroll.Tests.Golden;

namespace Unroll.Tests.Models;

/// <summary>A network with parameters and sentences from a golden file.</summary>
internal sealed class GoldenCase
{
    public static readonly JsonElement File = GoldenFile.Read("engine.json");

    /// <summary>Cells that torch.nn does not have: a file each.</summary>
    public static readonly string[] OtherCells =
        ["mingru", "minlstm", "sru", "peephole", "coupled", "janet", "slstm", "deltanet", "deltanet1"];

    private static readonly JsonElement[] OtherFiles = [.. OtherCells.Select(cell => GoldenFile.Read($"{cell}.json"))];

    /// <summary>Those of a Transformer, which has no truncated ones.</summary>
    public static readonly JsonElement Transformers = GoldenFile.Read("transformer.json");

    public GoldenCase(JsonElement config, JsonElement parameters, JsonElement sentences, JsonElement labels)
    {
        string cell = config.GetProperty("cell").GetString()!;
        Config = new ModelConfig
        {
            Cell = Enum.Parse<Cell>(cell.Split('_')[0], ignoreCase: true),
            Nonlinearity = cell == "rnn_relu" ? Nonlinearity.Relu : Nonlinearity.Tanh,
            Embedding = config.GetProperty("embedding").GetInt32(),
            Hidden = config.GetProperty("hidden").GetInt32(),
            Layers = config.GetProperty("layers").GetInt32(),
            Bidirectional = config.GetProperty("bidirectional").GetBoolean(),
            Pooling = Enum.Parse<Pooling>(config.GetProperty("pooling").GetString()!, ignoreCase: true),
            Transformer = TransformerOf(config),
            Labels = [.. Enumerable.Range(0, config.GetProperty("classes").GetInt32()).Select(c => $"{c}")],
        };
        Vocabulary = config.GetProperty("vocabulary").GetInt32();
        Network = new Network(Config.ToNetwork(Vocabulary));
        foreach (Parameter parameter in Parameters.All)
            Parameters.Write(parameter, Values(parameters, parameter));
        Network.Pack();
        foreach ((JsonElement sentence, int label) in sentences.EnumerateArray().Zip(labels.Integers()))
            Texts.Add(sentence.Integers(), label);
        Batch.Fill(Texts, Rows);
    }

    /// <summary>The options of a Transformer in a golden file; the defaults for other cells.</summary>
    public static TransformerOptions TransformerOf(JsonElement config) => config.TryGetProperty("heads", out JsonElement heads)
        ? new TransformerOptions
        {
            Heads = heads.GetInt32(),
            FeedForward = config.GetProperty("feed_forward").GetInt32(),
            Positions = Enum.Parse<Positions>(config.GetProperty("positions").GetString()!, ignoreCase: true),
            MaximumPositions = config.GetProperty("max_positions").GetInt32(),
            Norm = Enum.Parse<NormPlace>(config.GetProperty("norm").GetString()!, ignoreCase: true),
            FinalNorm = config.GetProperty("final_norm").GetBoolean(),
            PositionScale = config.GetProperty("position_scale").GetSingle(),
        }
        : new TransformerOptions();

    /// <summary>The entries of a list of every cell's file: <c>cases</c> or <c>truncated</c>.</summary>
    public static IEnumerable<JsonElement> All(string list) =>
        OtherFiles.Prepend(File).SelectMany(file => file.GetProperty(list).EnumerateArray());

    public ModelConfig Config { get; }

    public int Vocabulary { get; }

    public Network Network { get; }

    public Parameters Parameters => Network.Parameters;

    public EncodedTexts Texts { get; } = new();

    public int[] Rows => [.. Enumerable.Range(0, Texts.Count)];

    public Batch Batch { get; } = new();

    /// <summary>Compares every tensor with the golden one of its name.</summary>
    public void Compare(JsonElement expected, Parameters actual, double absolute, double relative)
    {
        foreach (Parameter parameter in Parameters.All)
            Close.To(Values(expected, parameter), actual.Read(parameter), absolute, relative, parameter.Name);
    }

    // The golden file keeps a GRU's b_hn where PyTorch has it: in the last third of bias_hh.
    private float[] Values(JsonElement tensors, Parameter parameter) =>
        parameter.Name.StartsWith("rnn.bias_hn", StringComparison.Ordinal)
            ? tensors.Singles(parameter.Name.Replace("bias_hn", "bias_hh", StringComparison.Ordinal))[^Config.Hidden..]
            : tensors.Singles(parameter.Name);
}
