using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Terms;

namespace Unroll.Export;

/// <summary>
/// Writes a classifier as one readable C# file that needs nothing but .NET: tokens, layers, pooling and linear part as plain
/// loops in double precision, and the numbers. It says what the model says, within 1e-6.
/// </summary>
public static partial class CSharpExport
{
    /// <summary>The ending of the file of numbers beside a program.</summary>
    public const string WeightsEnding = ".weights";

    // What a C# file holds as text, and a compiler still reads in seconds.
    private const long MostInside = 64 << 20;

    /// <summary>Writes a classifier into a file that is there whole or not at all.</summary>
    /// <param name="classifier">The model.</param>
    /// <param name="path">The C# file; the numbers beside it have the same name with the ending <c>.weights</c>.</param>
    /// <param name="options">How it is written; null for the defaults.</param>
    /// <param name="overwrite">Whether files of these names may be replaced.</param>
    /// <exception cref="InputException">
    /// A file exists and may not be replaced, a name is none of C#, or the model is too large to stand in a C# file.
    /// </exception>
    public static void Save(
        SentenceClassifier classifier, string path, CSharpExportOptions? options = null, bool overwrite = false)
    {
        options ??= new CSharpExportOptions();
        string className = options.ClassName ?? NameOf(path);
        Require(className, nameof(CSharpExportOptions.ClassName));
        foreach (string part in options.Namespace?.Split('.') ?? [])
            Require(part, nameof(CSharpExportOptions.Namespace));
        string weights = WeightsPathOf(path);
        RequireSavePath(path, options.WeightsBeside, overwrite);
        byte[] numbers = Numbers(classifier);
        if (!options.WeightsBeside && numbers.Length > MostInside)
        {
            throw new InputException(
                $"the model's numbers have {numbers.Length >> 20} MB, expected at most {MostInside >> 20} MB inside a C# file; " +
                "give CSharpExportOptions.WeightsBeside = true");
        }
        string source = CSharpSource.Of(
            classifier, className, options.Namespace, options.WeightsBeside ? Path.GetFileName(weights) : null, numbers);
        if (options.WeightsBeside)
            DurableFile.Write(weights, overwrite, stream => stream.Write(numbers));
        DurableFile.Write(path, overwrite, stream => stream.Write(Encoding.UTF8.GetBytes(source)));
    }

    /// <summary>Refuses paths that <see cref="Save"/> would refuse: to be asked before the model is read.</summary>
    /// <param name="path">The C# file.</param>
    /// <param name="weightsBeside">Whether the numbers stand in a file beside it.</param>
    /// <param name="overwrite">Whether files of these names may be replaced.</param>
    /// <exception cref="InputException">A file exists and may not be replaced, or is a folder.</exception>
    public static void RequireSavePath(string path, bool weightsBeside = false, bool overwrite = false)
    {
        DurableFile.RequirePath(path, overwrite);
        if (weightsBeside)
            DurableFile.RequirePath(WeightsPathOf(path), overwrite);
    }

    private static string WeightsPathOf(string path) => Path.ChangeExtension(path, WeightsEnding);

    // my-model.cs → MyModel
    private static string NameOf(string path)
    {
        string[] words = NoLetter().Split(Path.GetFileNameWithoutExtension(path));
        string name = string.Concat(words.Where(word => word.Length > 0)
            .Select(word => char.ToUpper(word[0], CultureInfo.InvariantCulture) + word[1..]));
        return name.Length == 0 || char.IsDigit(name[0]) ? "Model" + name : name;
    }

    private static void Require(string name, string property)
    {
        if (!Identifier().IsMatch(name))
            throw new InputException($"CSharpExportOptions.{property} is \"{name}\", expected a name of C#, such as Reviews");
    }

    // Vocabulary, terms and tensors in the order in which the program reads them.
    private static byte[] Numbers(SentenceClassifier classifier)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        byte[] words = Encoding.UTF8.GetBytes(classifier.Vocabulary.ToText());
        writer.Write(words.Length);
        writer.Write(words);
        if (classifier.Linear is { } linear)
        {
            writer.Write(linear.Terms.Count);
            foreach (string term in linear.Terms.Names)
                writer.Write(TermKeys.Of(term));
            Write(writer, linear.Terms.Rarity.Span);
            Write(writer, linear.Weight.Span);
            Write(writer, linear.Bias.Span);
        }
        for (int network = 0; network < classifier.Networks.Count; network++)
        {
            foreach (NamedTensor tensor in CSharpSource.TensorsOf(classifier, network))
                Write(writer, tensor.Values.Span);
        }
        writer.Flush();
        return memory.ToArray();
    }

    private static void Write(BinaryWriter writer, ReadOnlySpan<float> values)
    {
        foreach (float value in values)
            writer.Write(value);
    }

    [GeneratedRegex(@"[^\p{L}\p{Nd}_]+")]
    private static partial Regex NoLetter();

    [GeneratedRegex(@"^[\p{L}_][\p{L}\p{Nd}_]*$")]
    private static partial Regex Identifier();
}
