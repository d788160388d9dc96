using System.Text.Json;
using Unroll.Import;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Tests.Golden;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>State dicts under other names: those of make_import_golden.py, and those that cannot be used.</summary>
public class TorchImportTests
{
    private static readonly JsonElement Golden = GoldenFile.Read("import/import.json");

    [Theory]
    [InlineData("reviews")]
    [InlineData("averaged-f16")]
    [InlineData("one-hot")]
    [InlineData("attentive-bf16")]
    [InlineData("binary-f64")]
    public void An_imported_model_gives_PyTorchs_probabilities_before_and_after_saving(string name)
    {
        JsonElement @case = Golden.GetProperty("cases").EnumerateArray().First(
            candidate => candidate.GetProperty("name").GetString() == name);
        JsonElement options = @case.GetProperty("options");
        ImportedModel model = TorchImport.Read(GoldenFile.PathOf($"import/{name}.safetensors"), new TorchImportOptions
        {
            Vocabulary = GoldenFile.PathOf($"import/{name}.txt"),
            Labels = [.. options.GetProperty("labels").EnumerateArray().Select(label => label.GetString()!)],
            Pooling = Choice<Pooling>(options, "pooling"),
            Nonlinearity = Choice<Nonlinearity>(options, "nonlinearity"),
        });
        Assert.Equal(@case.GetProperty("found").GetString(), model.Found);
        CheckProbabilities(model.Classifier);

        using var folder = new TemporaryFolder();
        model.Classifier.Save(folder["model"]);
        CheckProbabilities(SentenceClassifier.Load(folder["model"]));

        void CheckProbabilities(SentenceClassifier classifier)
        {
            string[] texts = [.. Golden.GetProperty("texts").EnumerateArray().Select(text => text.GetString()!)];
            float[] actual = [.. classifier.Predict(texts).SelectMany(p => p.Probabilities.Select(entry => (float)entry.Value))];
            Close.To(@case.Singles("probabilities"), actual, 1e-5, what: name);
        }
    }

    [Fact]
    public void Notes_say_what_was_assumed_moved_and_converted()
    {
        ImportedModel model = TorchImport.Read(GoldenFile.PathOf("import/binary-f64.safetensors"), new TorchImportOptions
        {
            Vocabulary = GoldenFile.PathOf("import/binary-f64.txt"),
            Labels = ["bad", "good"],
        });
        Assert.Equal(
            [
                "<pad> moved from line 2 to line 1, <unk> moved from line 1 to line 2, their word vectors with them",
                "one logit: its sigmoid is the probability of good",
                "converted to F32 from F64",
                "the file does not say how states are pooled: last (h_n) was taken; give TorchImportOptions.Pooling = Mean or "
                    + "Max if the model does so",
                "the file does not say how texts are cut: at white space, lower-cased; give TorchImportOptions.Tokens or "
                    + "Tokenizer.Lowercase = false if the model was trained otherwise",
                "texts are read as by model.eval() with packed batches: no dropout, no padding, nothing cut off; batch_first "
                    + "makes no difference; functions without tensors, such as a relu before the linear layer, cannot be seen in "
                    + "the file, and none was taken",
            ],
            model.Notes);
    }

    [Fact]
    public void A_cell_is_a_layer_and_other_names_of_padding_and_unknown_can_be_said()
    {
        using var folder = new TemporaryFolder();
        string vocabulary = folder.Write("vocabulary.txt", "[PAD]\n[UNK]\ngood\nbad\nVery\n");
        ImportedModel model = Import(
            folder, vocabulary,
            new Tensors
            {
                ["e.weight"] = [5, 3],
                ["step.weight_ih"] = [8, 3],
                ["step.weight_hh"] = [8, 2],
                ["step.bias_ih"] = [8],
                ["step.bias_hh"] = [8],
                ["o.weight"] = [2, 2],
                ["aux.weight"] = [7, 7],
                ["aux.more.x"] = [1],
            },
            options => options with { Unknown = UnknownWords.Token, Ignore = ["aux"] });
        Assert.Equal("lstm, embedding 3, hidden 2, 1 layer, one direction, pooling last, 2 labels, 5 tokens", model.Found);
        Assert.Equal(["<pad>", "<unk>", "good", "bad", "Very"], model.Classifier.Vocabulary.Tokens);
        Assert.Equal("[PAD] (line 1) is read as the padding and [UNK] (line 2) as the unknown word", model.Notes[0]);
        Assert.StartsWith("1 of 5 tokens have upper-case letters", model.Notes[1], StringComparison.Ordinal);
        Assert.Equal("the output layer has no bias; it is zero", model.Notes[2]);
        Assert.Equal(
            "left out: aux.more.x, aux.weight; if forward() reads that when it predicts, this is another model and its answers "
                + "are wrong: compare some with PyTorch's",
            Assert.Single(model.Warnings));

        ImportedModel closed = Import(
            folder, vocabulary, new Tensors { ["weight_ih_l0"] = [2, 5], ["weight_hh_l0"] = [2, 2], ["o.weight"] = [2, 2] },
            options => options with { Unknown = UnknownWords.Refuse, Nonlinearity = Nonlinearity.Relu });
        Assert.Equal(
            "rnn (relu), one-hot words, hidden 2, 1 layer, one direction, pooling last, 2 labels, 5 tokens", closed.Found);
        Assert.Throws<InputException>(() => closed.Classifier.Predict("great"));
    }

    [Fact]
    public void A_line_of_white_space_is_a_character_too()
    {
        using var folder = new TemporaryFolder();
        string vocabulary = folder.Write("vocabulary.txt", "<pad>\n<unk>\na\n \nb\n");
        ImportedModel model = Import(
            folder, vocabulary, new Tensors { ["weight_ih_l0"] = [6, 5], ["weight_hh_l0"] = [6, 2], ["o.weight"] = [2, 2] },
            options => options with { Tokens = new Tokenizer(TokenKind.Char) });
        Assert.Equal([2, 3, 4], model.Classifier.Vocabulary.Encode(model.Classifier.Config.Tokens.Tokenize("A b")));
    }

    public static IEnumerable<TheoryDataRow<string, string, string>> Unusable =>
    [
        // what is left out or given (name:shape or name:shape:type), what is asked for, the error
        new("-r.weight_ih_l0 -r.weight_hh_l0 -r.bias_ih_l0 -r.bias_hh_l0", "", "no recurrent layer: no name ends in "
            + "weight_ih_l0, as those of torch.nn.RNN, GRU and LSTM do; found emb.weight [6,3], fc.bias [2], fc.weight [2,4]"),
        new("s.weight_ih_l0:4,3", "", "2 recurrent modules, \"r\" and \"s\", expected one; leave the others out with "
            + "TorchImportOptions.Ignore = NAME"),
        new("r.weight_hr_l0:2,4", "", "r.weight_hr_l0 is an LSTM's projection, which Unroll does not have; train without "
            + "proj_size"),
        new("r.weight_hh_l0:8,4", "", "r.weight_hh_l0 is [8,4], expected as many rows as columns (RNN), 3 times (GRU) or 4 "
            + "times as many (LSTM)"),
        new("-r.weight_hh_l0", "", "no matrix r.weight_hh_l0, expected one beside r.bias_hh_l0"),
        new("-r.weight_hh_l0 -r.bias_hh_l0 r.weight_ih_l0:9,3 r.bias_ih_l0:9", "", "r.weight_ih_l0 is [9,3] without a "
            + "weight_hh, which torch.nn.RNN, GRU and LSTM have; save the whole state dict"),
        new("s.weight_ih_l0:12,4 s.weight_hh_l0:12,4", "", "2 recurrent modules, \"r\" and \"s\", expected one; the states of "
            + "one are as wide as the input of the other, and Unroll does not compute two modules one after the other; train one "
            + "module with num_layers = 2"),
        new("-r.bias_hh_l0", "", "no tensor r.bias_hh_l0, which the other recurrent tensors call for"),
        new("r.weight_ih_l2:12,4", "", "no tensor r.weight_ih_l1, which the other recurrent tensors call for"),
        new("r.weight_ih_l0_reverse:12,3", "", "no tensor r.weight_hh_l0_reverse, which the other recurrent tensors call for"),
        new("r.bias_ih_l0:11", "", "r.bias_ih_l0 is [11], expected [12]"),
        new("r.bias_ih_l0:12:I32", "", "r.bias_ih_l0 is I32, expected F32, F64, F16 or BF16"),
        new("r.bias_ih_l0:12:NaN", "", "value 0 of r.weight_ih_l0 is NaN; the training failed, take an earlier checkpoint"),
        new("emb.weight:5,3", "", "vocabulary.txt: 6 tokens, but emb.weight in model.safetensors has 5 rows; give the "
            + "vocabulary that the model was trained with"),
        new("-emb.weight", "", "no word vectors [6,3] for the recurrent layer's input of 3, and one-hot input would be 6 "
            + "wide, as vocabulary.txt is; found fc.bias [2], fc.weight [2,4]"),
        new("other.weight:6,3 -emb.weight third.weight:6,3", "", "other.weight [6,3], third.weight [6,3] can each be the word "
            + "vectors; if forward() reads one of them alone when it predicts, leave the others out with "
            + "TorchImportOptions.Ignore = NAME"),
        new("fc.weight:3,4", "", "2 labels, but fc.weight has 3 rows; give TorchImportOptions.Labels one name for each row, "
            + "in order"),
        new("fc.weight:2,8", "", "no output layer [2,4] after the recurrent layer's 4 outputs and 2 labels; found fc.bias "
            + "[2], fc.weight [2,8]"),
        new("fc2.weight:2,4", "", "fc.weight [2,4], fc2.weight [2,4] can each be the output layer"),
        new("aux.weight:7,7", "", "Unroll has no place for aux.weight [7,7], so it cannot compute what this model computes; "
            + "TorchImportOptions.Ignore = NAME is only for tensors that forward() does not read when it predicts"),
        new("criterion.weight:2", "", "Unroll has no place for criterion.weight [2], so it cannot compute what this model "
            + "computes; they look like a loss's, which predicting does not read: give TorchImportOptions.Ignore = NAME"),
        new("", "attention", "TorchImportOptions.Pooling = Attention needs a matrix [4,4] and a query of 4 values; found "
            + "fc.bias [2], fc.weight [2,4]"),
        new("", "ignore", "TorchImportOptions.Ignore = \"nothing\" names no tensor, expected one of emb.weight [6,3], "),
        new("", "labels", "TorchImportOptions.Labels is yes,yes, expected at least two different names"),
        new("", "words", "words.txt: no token is known as the unknown word, such as <unk> or [UNK]; the first are "
            + "\"good\" and \"bad\"; give TorchImportOptions.UnknownToken = NAME if the model has such a token, "
            + "TorchImportOptions.Unknown = Drop if the model drops words that it does not know, or "
            + "TorchImportOptions.Unknown = Refuse to refuse such texts"),
        new("", "twice", "twice.txt: vocabulary line 3 repeats \"good\" of line 1"),
    ];

    [Theory]
    [MemberData(nameof(Unusable))]
    public void What_cannot_be_used_is_one_line_that_says_what_to_do(string changes, string asked, string expected)
    {
        using var folder = new TemporaryFolder();
        var tensors = new Tensors
        {
            ["emb.weight"] = [6, 3],
            ["r.weight_ih_l0"] = [12, 3],
            ["r.weight_hh_l0"] = [12, 4],
            ["r.bias_ih_l0"] = [12],
            ["r.bias_hh_l0"] = [12],
            ["fc.weight"] = [2, 4],
            ["fc.bias"] = [2],
        };
        string? special = null;
        foreach (string change in changes.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = change.Split(':');
            if (change.StartsWith('-'))
                tensors.Remove(change[1..]);
            else
                tensors[parts[0]] = [.. parts[1].Split(',').Select(int.Parse)];
            special = parts.Length > 2 ? parts[2] : special;
        }
        string vocabulary = folder.Write("vocabulary.txt", "<pad>\n<unk>\ngood\nbad\na\nb\n");
        folder.Write("words.txt", "good\nbad\na\nb\nc\nd\n");
        folder.Write("twice.txt", "good\nbad\ngood\nb\nc\nd\n");
        InputException e = Assert.Throws<InputException>(() => Import(folder, vocabulary, tensors, options => asked switch
        {
            "attention" => options with { Pooling = Pooling.Attention },
            "ignore" => options with { Ignore = ["nothing"] },
            "labels" => options with { Labels = ["yes", "yes"] },
            "words" or "twice" => options with { Vocabulary = folder[asked + ".txt"] },
            _ => options,
        }, special));
        string message = e.Message.Replace(folder.Root + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Files_that_are_no_safetensors_are_told_from_damaged_ones()
    {
        using var folder = new TemporaryFolder();
        var options = new TorchImportOptions { Vocabulary = folder["v"], Labels = ["a", "b"] };
        File.WriteAllBytes(folder["model.pt"], [.. "PK"u8, 3, 4, .. new byte[30]]);
        Assert.Contains("an archive of torch.save", Message("model.pt"), StringComparison.Ordinal);
        folder.Write("torn.safetensors", "torn");
        Assert.Contains("the file is damaged or no safetensors file", Message("torn.safetensors"), StringComparison.Ordinal);
        Assert.Contains("no such file", Message("none.safetensors"), StringComparison.Ordinal);
        Assert.Contains("is a folder", Message(""), StringComparison.Ordinal);

        string Message(string name) => Assert.Throws<InputException>(() => TorchImport.Read(folder[name], options)).Message;
    }

    private sealed class Tensors : SortedDictionary<string, int[]>;

    private static ImportedModel Import(
        TemporaryFolder folder, string vocabulary, Tensors tensors, Func<TorchImportOptions, TorchImportOptions> change,
            string? special = null)
    {
        string path = folder["model.safetensors"];
        NamedTensor[] named =
        [
            .. tensors.Select(tensor => new NamedTensor(
                tensor.Key, tensor.Value, Enumerable.Repeat(
                    special == "NaN" ? float.NaN : 0.5f, tensor.Value.Aggregate(1, (a, b) => a * b)).ToArray())),
        ];
        using (FileStream stream = File.Create(path))
            SafetensorsWriter.Write(stream, named, new Dictionary<string, string>());
        if (special == "I32")
            File.WriteAllBytes(path, WithIntegers(File.ReadAllBytes(path), "r.bias_ih_l0"));
        return TorchImport.Read(path, change(new TorchImportOptions { Vocabulary = vocabulary, Labels = ["bad", "good"] }));
    }

    // Integers of the same size, so the header's length stays as it is.
    private static byte[] WithIntegers(byte[] bytes, string name)
    {
        string header = System.Text.Encoding.Latin1.GetString(bytes);
        string entry = $"\"{name}\":{{\"dtype\":\"F32\",\"shape\":[12]";
        Assert.Contains(entry, header, StringComparison.Ordinal);
        return System.Text.Encoding.Latin1.GetBytes(
            header.Replace(entry, entry.Replace("F32", "I32", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    private static T? Choice<T>(JsonElement options, string key)
        where T : struct, Enum =>
        options.TryGetProperty(key, out JsonElement value) ? Enum.Parse<T>(value.GetString()!, ignoreCase: true) : null;
}
