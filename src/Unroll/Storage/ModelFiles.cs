using System.Runtime.InteropServices;
using System.Text;
using Unroll.Data;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Terms;
using Unroll.Text;

namespace Unroll.Storage;

/// <summary>What the files of a model hold.</summary>
/// <param name="Config">What the model is.</param>
/// <param name="Vocabulary">The tokens it knows.</param>
/// <param name="Networks">Its networks: <see cref="ModelConfig.Networks"/>.</param>
/// <param name="Linear">Its linear part; null where <see cref="ModelConfig.LinearShare"/> is 0.</param>
internal sealed record StoredModel(
    ModelConfig Config, Vocabulary Vocabulary, IReadOnlyList<Network> Networks, LinearPart? Linear = null);

/// <summary>
/// The files of a model: <c>config.json</c>, <c>vocabulary.txt</c>, <c>terms.txt</c> where it has a linear part, and
/// <c>model.safetensors</c>, whose metadata holds a SHA-256 of each, so that a change to any of them is found. A file that
/// PyTorch wrote has no such metadata and is read without that check.
/// </summary>
internal static class ModelFiles
{
    public const string ConfigFile = "config.json";
    public const string VocabularyFile = "vocabulary.txt";
    public const string TermsFile = "terms.txt";
    public const string TensorsFile = "model.safetensors";

    /// <summary>All names.</summary>
    public static readonly IReadOnlyList<string> Names = [ConfigFile, VocabularyFile, TermsFile, TensorsFile];

    /// <summary>
    /// What tells a model from others before it is trained: its configuration, then its tokens in UTF-16, one a line.
    /// </summary>
    public static byte[] Describe(ModelConfig config, Vocabulary vocabulary) =>
        [.. ModelConfigJson.Write(config), .. MemoryMarshal.AsBytes(vocabulary.ToText().AsSpan())];

    /// <summary>The names of a model's files and what writes them.</summary>
    public static IReadOnlyList<(string Name, Action<Stream> Write)> Of(StoredModel model)
    {
        byte[] config = ModelConfigJson.Write(model.Config);
        byte[] vocabulary = Encoding.UTF8.GetBytes(model.Vocabulary.ToText());
        IReadOnlyList<NamedTensor> tensors = model.Config.Int8 ? Int8Rows.Of(TensorsOf(model)) : TensorsOf(model);
        long bytes = tensors.Sum(tensor => tensor.ByteCount);
        if (bytes > SafetensorsFile.MostBytes)
        {
            throw new InputException(
                $"{TensorsFile} would have {bytes} bytes, expected at most {SafetensorsFile.MostBytes}, " +
                "which can be read back; " +
                "train with fewer words, a smaller embedding or hidden size");
        }
        List<(string Name, byte[] Content)> beside = [(ConfigFile, config), (VocabularyFile, vocabulary)];
        if (model.Linear is not null)
            beside.Add((TermsFile, LinearTensors.WriteTerms(model.Linear)));
        Dictionary<string, string> metadata = ModelHashes.Of(tensors, beside);
        return
        [
            .. beside.Select(file => (file.Name, (Action<Stream>)(stream => stream.Write(file.Content)))),
            (TensorsFile, stream => SafetensorsWriter.Write(stream, tensors, metadata)),
        ];
    }

    /// <summary>Whether a file of that name belongs to every model folder or to some.</summary>
    public static bool IsFileName(string name) => Names.Contains(name);

    /// <summary>Reads a model from its files.</summary>
    /// <param name="path">Where they are, for errors.</param>
    /// <param name="readFile">Gives the content of a file by its name.</param>
    public static StoredModel Read(string path, Func<string, byte[]> readFile)
    {
        byte[] config = readFile(ConfigFile);
        ForeignModelFile.Refuse(config, Path.Combine(path, ConfigFile), "the JSON of a model");
        byte[] vocabulary = readFile(VocabularyFile);
        ForeignModelFile.Refuse(vocabulary, Path.Combine(path, VocabularyFile), "the words of a model");
        string tensorsPath = Path.Combine(path, TensorsFile);
        byte[] tensorsFile = readFile(TensorsFile);
        ForeignModelFile.RequireSafetensors(tensorsFile, tensorsPath);
        SafetensorsFile tensors = SafetensorsFile.Parse(tensorsFile, tensorsPath);
        byte[]? terms = tensors.Metadata.ContainsKey(TermsFile) || tensors.Tensors.ContainsKey(LinearTensors.Weight)
            ? readFile(TermsFile)
            : null;
        string termsPath = Path.Combine(path, TermsFile);
        // A term may begin with the bytes of another kind of file; the hash says that the file is ours.
        if (terms is not null && !ModelHashes.IsUnaltered(tensors, TermsFile, terms))
            ForeignModelFile.Refuse(terms, termsPath, "the terms of a model");
        List<(string Name, byte[] Content)> beside = [(ConfigFile, config), (VocabularyFile, vocabulary)];
        if (terms is not null)
            beside.Add((TermsFile, terms));
        // Hashing takes as long as reading. What is damaged says so before what does not fit.
        Task hashes = Aside(() => ModelHashes.Require(path, TensorsFile, tensors, beside));
        try
        {
            return ReadContent(path, config, vocabulary, tensors, terms);
        }
        finally
        {
            hashes.GetAwaiter().GetResult();
        }
    }

    // On another thread, where there can be one.
    private static Task Aside(Action action)
    {
        if (!OperatingSystem.IsBrowser() && Environment.ProcessorCount > 1)
            return Task.Run(action);
        action();
        return Task.CompletedTask;
    }

    private static StoredModel ReadContent(
        string path, byte[] config, byte[] vocabulary, SafetensorsFile tensors, byte[]? terms)
    {
        string tensorsPath = Path.Combine(path, TensorsFile);
        string termsPath = Path.Combine(path, TermsFile);
        ModelConfig modelConfig = ModelConfigJson.Read(config, Path.Combine(path, ConfigFile));
        Vocabulary words = ReadVocabulary(vocabulary, modelConfig, Path.Combine(path, VocabularyFile));
        if (modelConfig.LinearShare > 0 != terms is not null)
        {
            throw new InputException(
                $"{path}: {ConfigFile} and {TensorsFile} do not agree on whether there is a linear part; " +
                "restore the folder or train again");
        }
        TermNames? names = terms is null ? null : LinearTensors.ReadTerms(terms, termsPath);
        if (names is not null)
            LinearTensors.RequireRows(tensors, names.Count, termsPath, TensorsFile);
        RequireFittingShapes(tensors, tensorsPath, modelConfig, words.Size, names?.Count);
        StoredModel model = FromTorch((name, values) => Int8Rows.Read(tensors, name, values), modelConfig, words);
        return names is null
            ? model
            : model with
            {
                Linear = LinearTensors.Read(names, ReadAll, modelConfig.Tokens.Kind, termsPath),
            };

        float[] ReadAll(string name)
        {
            float[] values = LargeArray.Uninitialized<float>(
                checked((int)tensors.Tensors[name].Shape.Aggregate(1L, (product, size) => product * size)));
            Int8Rows.Read(tensors, name, values);
            return values;
        }
    }

    /// <summary>A model's tensors by PyTorch's names, its linear part's last.</summary>
    public static IReadOnlyList<NamedTensor> TensorsOf(StoredModel model)
    {
        IEnumerable<NamedTensor> networks = model.Networks.SelectMany((network, k) => TorchTensors.Read(network).Select(
            tensor => new NamedTensor(model.Config.PrefixOf(k) + tensor.Name, tensor.Shape, tensor.Values)));
        return model.Linear is null ? [.. networks] : [.. networks, .. LinearTensors.Of(model.Linear)];
    }

    // Shapes are compared before anything is allocated, so that a wrong size in config.json costs no memory.
    private static void RequireFittingShapes(
        SafetensorsFile file, string source, ModelConfig config, int vocabularySize, int? terms)
    {
        var expected = new List<(string Name, IReadOnlyList<int> Shape)>();
        for (int network = 0; network < config.Networks; network++)
        {
            string prefix = config.PrefixOf(network);
            expected.AddRange(
                TorchTensors.Of(Layout(source, config, vocabularySize)).Select(tensor => (prefix + tensor.Name, tensor.Shape)));
        }
        if (terms is not null)
            expected.AddRange(LinearTensors.Shapes(terms.Value, config.Classes));
        (string Name, string Type, IReadOnlyList<int> Shape)[] typed = config.Int8
            ? [.. Int8Rows.Expected(expected)]
            : [.. expected.Select(tensor => (tensor.Name, "F32", tensor.Shape))];
        foreach ((string name, string type, IReadOnlyList<int> shape) in typed)
            file.Require(name, type, shape);
        string[] names = [.. typed.Select(tensor => tensor.Name)];
        if (file.Tensors.Keys.Except(names).FirstOrDefault() is { } unexpected)
            throw new InputException($"{source}: unexpected tensor {unexpected}, expected only {string.Join(", ", names)}");
    }

    private static NetworkLayout Layout(string source, ModelConfig config, int vocabularySize)
    {
        try
        {
            return new NetworkLayout(config.ToNetwork(vocabularySize));
        }
        catch (OverflowException e)
        {
            throw new InputException($"{source}: {ConfigFile} asks for more than 2^31 parameters; restore it or train again", e);
        }
    }

    /// <summary>A model of tensors by PyTorch's names: those of <see cref="TorchTensors.Of"/>.</summary>
    /// <param name="read">Reads the values of a tensor.</param>
    /// <param name="config">What the model is.</param>
    /// <param name="vocabulary">The tokens it knows.</param>
    public static StoredModel FromTorch(TensorReader read, ModelConfig config, Vocabulary vocabulary)
    {
        var networks = new Network[config.Networks];
        for (int k = 0; k < networks.Length; k++)
        {
            string prefix = config.PrefixOf(k);
            networks[k] = config.CreateNetwork(vocabulary);
            TorchTensors.Write(networks[k], (name, values) => read(prefix + name, values));
            networks[k].Pack();
        }
        return new StoredModel(config, vocabulary, networks);
    }

    private static Vocabulary ReadVocabulary(byte[] bytes, ModelConfig config, string source)
    {
        try
        {
            return new Vocabulary(ReadLines(bytes, source), config.Unknown);
        }
        catch (InputException e)
        {
            throw new InputException($"{source}: {e.Message}", e);
        }
    }

    private static List<string> ReadLines(byte[] bytes, string source)
    {
        using var lines = new Utf8LineReader(new MemoryStream(bytes), source) { RefusesNul = false };
        var read = new List<string>();
        while (lines.Read())
            read.Add(lines.Text);
        return read;
    }
}
