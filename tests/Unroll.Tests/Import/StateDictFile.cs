using Unroll.Import;
using Unroll.Models;
using Unroll.Storage;

namespace Unroll.Tests.Import;

/// <summary>
/// A small state dict: word vectors [6,4] → an LSTM of 3 units in both directions → a linear layer [2,6]; with other tensors
/// beside it or in its place.
/// </summary>
internal sealed class StateDictFile : IDisposable
{
    public const string Words = "<pad>\n<unk>\na\nfine\ndull\ntune\n";

    private readonly TemporaryFolder _folder = new();
    private readonly SortedDictionary<string, int[]> _shapes = new(StringComparer.Ordinal)
    {
        ["embedding.weight"] = [6, 4],
        ["fc.weight"] = [2, 6],
        ["fc.bias"] = [2],
    };

    /// <summary>Changes the model of the summary.</summary>
    /// <param name="changes">
    /// Names with shapes that are added, <c>bn.weight:6</c>, and names that are taken out, <c>-fc.bias</c>.
    /// </param>
    public StateDictFile(string changes = "")
    {
        foreach (string suffix in (string[])["_l0", "_l0_reverse"])
        {
            _shapes["lstm.weight_ih" + suffix] = [12, 4];
            _shapes["lstm.weight_hh" + suffix] = [12, 3];
            _shapes["lstm.bias_ih" + suffix] = [12];
            _shapes["lstm.bias_hh" + suffix] = [12];
        }
        foreach (string change in changes.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = change.Split(':');
            if (change.StartsWith('-'))
                _shapes.Keys.Where(name => name.StartsWith(change[1..], StringComparison.Ordinal)).ToList().ForEach(Remove);
            else
                _shapes[parts[0]] = [.. parts[1].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        }
        var random = new Random(1);
        NamedTensor[] tensors =
        [
            .. _shapes.Select(tensor => new NamedTensor(tensor.Key, tensor.Value, RandomValues(random, tensor.Value))),
        ];
        using FileStream stream = File.Create(Path);
        SafetensorsWriter.Write(stream, tensors, new Dictionary<string, string>());
    }

    public string Path => _folder["s.safetensors"];

    public string Write(string name, string content) => _folder.Write(name, content);

    /// <summary>Imports it with labels <c>bad</c> and <c>good</c>.</summary>
    public ImportedModel Import(string words = Words, Func<TorchImportOptions, TorchImportOptions>? change = null)
    {
        var options = new TorchImportOptions { Vocabulary = Write("v.txt", words), Labels = ["bad", "good"] };
        return TorchImport.Read(Path, change?.Invoke(options) ?? options);
    }

    /// <summary>The error of an import, without the folder.</summary>
    public string Error(string words = Words, Func<TorchImportOptions, TorchImportOptions>? change = null)
    {
        string message = Xunit.Assert.Throws<InputException>(() => Import(words, change)).Message;
        Xunit.Assert.DoesNotContain('\n', message);
        return message.Replace(_folder.Root + System.IO.Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
    }

    /// <summary>The probability of <c>good</c>.</summary>
    public static double Good(ImportedModel model, string text) => Good(model.Classifier.Predict(text));

    /// <summary>The probability of <c>good</c>.</summary>
    public static double Good(Prediction prediction) => prediction.Probabilities.First(entry => entry.Key == "good").Value;

    public void Dispose() => _folder.Dispose();

    private void Remove(string name) => _shapes.Remove(name);

    private static float[] RandomValues(Random random, int[] shape) =>
        [.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => random.NextSingle() - 0.5f)];
}
