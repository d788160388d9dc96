using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Unroll.Models;
using Unroll.Onnx.Schema;
using Unroll.Storage;

namespace Unroll.Onnx;

/// <summary>
/// Writes a classifier as one ONNX file (github.com/onnx/onnx), which runtimes of many languages read. Inputs: <c>ids</c>, int64
/// [B,T], and <c>lengths</c>, int64 [B]; outputs: <c>probabilities</c> and <c>logits</c>, float [B,C]. B and T are free, and may
/// be 0: an empty text gets the answer that the classifier gives it. A classifier with a linear part has two inputs more:
/// <c>terms</c>, int64 [B,K], and <c>term_counts</c>, float [B,K]; one with sub-words has <c>subwords</c>, int64 [B,T,K].
/// </summary>
/// <remarks>
/// The metadata has <c>labels</c> (a JSON array), <c>tokenizer</c> (its kind), and the model folder's <c>config.json</c> and
/// <c>vocabulary.txt</c>, and <c>terms.txt</c> where there is a linear part, so that the file alone says how a text becomes ids
/// and terms and what a class is called. <c>docs/files.md</c> has the way from tokens to terms.
/// </remarks>
public static class OnnxExport
{
    /// <summary>The version of ONNX's operators that the files are written in.</summary>
    public const int OperatorSet = 17;

    // The version of the file format that came with operator set 17.
    private const int FormatVersion = 8;

    // Protocol buffers end at 2^31 bytes; the graph itself, the vocabulary and the rest need some.
    private const long MaxParameters = (int.MaxValue - (64 << 20)) / sizeof(float);

    /// <summary>Writes a classifier.</summary>
    /// <param name="classifier">Any classifier.</param>
    /// <param name="stream">Where to.</param>
    /// <exception cref="InputException">The parameters do not fit into one ONNX file.</exception>
    public static void Write(SentenceClassifier classifier, Stream stream) => Create(classifier).WriteTo(stream);

    /// <summary>Writes a classifier into a file that is there whole or not at all.</summary>
    /// <param name="classifier">Any classifier.</param>
    /// <param name="path">The file.</param>
    /// <param name="overwrite">Whether a file of that name may be replaced.</param>
    /// <exception cref="InputException">
    /// The file exists and may not be replaced, or the parameters do not fit into one ONNX file.
    /// </exception>
    public static void Save(SentenceClassifier classifier, string path, bool overwrite = false) =>
        DurableFile.Write(path, overwrite, Create(classifier).WriteTo);

    /// <summary>Refuses a path that <see cref="Save"/> would refuse: to be asked before the model is read.</summary>
    /// <param name="path">The file to write later.</param>
    /// <param name="overwrite">Whether a file of that name may be replaced.</param>
    /// <exception cref="InputException">The file exists and may not be replaced, or is a folder.</exception>
    public static void RequireSavePath(string path, bool overwrite = false) => DurableFile.RequirePath(path, overwrite);

    internal static ModelProto Create(SentenceClassifier classifier)
    {
        long parameters = classifier.Tensors.Sum(tensor => (long)tensor.Values.Length);
        if (parameters > MaxParameters)
        {
            throw new InputException(
                $"the model has {parameters} parameters, and one ONNX file holds at most {MaxParameters}; " +
                "train a smaller one");
        }
        var model = new ModelProto
        {
            IrVersion = FormatVersion,
            ProducerName = "unroll",
            ProducerVersion = typeof(OnnxExport).Assembly.GetName().Version!.ToString(3),
            Graph = ClassifierGraph.Of(classifier),
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = OperatorSet });
        AddMetadata(model, "labels", LabelsJson(classifier.Config.Labels));
        AddMetadata(model, "tokenizer", classifier.Config.Tokens.Kind.ToString().ToLowerInvariant());
        AddMetadata(model, "config.json", classifier.Config.ToJson());
        AddMetadata(model, "vocabulary.txt", classifier.Vocabulary.ToText());
        if (classifier.Config.LinearShare > 0)
            AddMetadata(model, "terms.txt", string.Concat(classifier.Terms.Select(term => term + "\n")));
        return model;
    }

    private static void AddMetadata(ModelProto model, string key, string value) =>
        model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });

    private static string LabelsJson(IReadOnlyList<string> labels)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (string label in labels)
                json.WriteStringValue(label);
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
