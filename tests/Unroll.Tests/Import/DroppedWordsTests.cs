using System.Text.Json;
using Unroll.Data;
using Unroll.Import;
using Unroll.Inspection;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Import;

/// <summary>Models that drop the words that they do not know.</summary>
public class DroppedWordsTests
{
    private const string Words = "<pad>\nb\na\nfine\ndull\ntune\n";

    [Fact]
    public void A_dropped_word_is_as_if_it_were_not_there_and_a_text_of_such_words_is_the_padding()
    {
        using var file = new StateDictFile();
        ImportedModel model = file.Import(Words, Dropping);
        Assert.Equal(["<pad>", "b", "a", "fine", "dull", "tune"], model.Classifier.Vocabulary.Tokens);
        Assert.Equal(
            "words that the vocabulary does not have are dropped; a text with nothing left is read as one <pad> (line "
                + "1)", model.Notes[0]);
        ImportedModel rows = file.Import(
            Words.Replace("<pad>", "row0", StringComparison.Ordinal), options => options with { Unknown = UnknownWords.Refuse });
        (string Text, string Same)[] texts =
        [
            ("a fine tune", "a fine tune"), ("zzz a yyy fine <unk> tune xxx", "a fine tune"), ("zzz", "row0"),
            ("<pad>", "row0"), ("<pad> dull", "dull"),
        ];
        Prediction[] together = [.. model.Classifier.Predict(texts.Select(text => text.Text))];
        foreach (((string text, string same), Prediction prediction) in texts.Zip(together))
        {
            Assert.Equal(StateDictFile.Good(rows, same), StateDictFile.Good(model, text), 6);
            Assert.Equal(StateDictFile.Good(rows, same), StateDictFile.Good(prediction), 6);
        }
        Assert.All((string[])["", " \n"], text => Assert.True(model.Classifier.Predict(text).IsNone));
    }

    [Fact]
    public void Without_a_padding_an_empty_text_is_one_zero_vector()
    {
        using var file = new StateDictFile();
        ImportedModel model = file.Import("x\nb\na\nfine\ndull\ntune\n", Dropping);
        Assert.Equal(["<pad>", "x", "b", "a", "fine", "dull", "tune"], model.Classifier.Vocabulary.Tokens);
        Assert.EndsWith(
            "a text with nothing left is read as one word whose vector is zero, for no token is known as the "
                + "padding", model.Notes[0],
            StringComparison.Ordinal);
        Assert.True(double.IsFinite(StateDictFile.Good(model, "zzz")));
        NamedTensor table = model.Classifier.Tensors.First(tensor => tensor.Name == "embedding.weight");
        Assert.Equal([0, 0, 0, 0], table.Values[..4].ToArray());
    }

    [Fact]
    public void Ids_from_1_leave_row_0_to_the_padding()
    {
        using var file = new StateDictFile();
        ImportedModel model = file.Import("{\"b\":1,\"a\":2,\"fine\":3,\"dull\":4,\"tune\":5}", Dropping);
        Assert.Contains(
            "words that the vocabulary does not have are dropped; a text with nothing left is read as one padding, row 0, "
                + "which has no "
                + "token",
            model.Notes);
        Assert.Equal(StateDictFile.Good(file.Import(Words, Dropping), "yyy"), StateDictFile.Good(model, "zzz"));
    }

    [Fact]
    public void The_saved_model_drops_them_too()
    {
        using var file = new StateDictFile();
        using var folder = new TemporaryFolder();
        SentenceClassifier classifier = file.Import(Words, Dropping).Classifier;
        classifier.Save(folder["m"]);
        Assert.Contains("\"unknown\": \"drop\"", File.ReadAllText(folder["m/config.json"]), StringComparison.Ordinal);
        SentenceClassifier loaded = SentenceClassifier.Load(folder["m"]);
        Assert.Equal(UnknownWords.Drop, loaded.Config.Unknown);
        foreach (string text in (string[])["zzz a tune", "zzz", "dull"])
            Assert.Equal(classifier.Predict(text).Probabilities, loaded.Predict(text).Probabilities);

        string vocabulary = folder["m/vocabulary.txt"];
        File.WriteAllText(vocabulary, File.ReadAllText(vocabulary).Replace("<pad>", "pad", StringComparison.Ordinal));
        Assert.Throws<InputException>(() => SentenceClassifier.Load(folder["m"]));
        Assert.Equal(
            "the vocabulary must begin with the line <pad>",
            Assert.Throws<InputException>(() => new Vocabulary(["pad", "a"], UnknownWords.Drop)).Message);
    }

    [Fact]
    public void A_stream_passes_over_them()
    {
        using var file = new StateDictFile("-lstm.weight_ih_l0_reverse -lstm.weight_hh_l0_reverse -lstm.bias_ih_l0_reverse "
            + "-lstm.bias_hh_l0_reverse fc.weight:2,3");
        SentenceClassifier classifier = file.Import(Words, Dropping).Classifier;
        PredictionStream stream = classifier.Stream();
        string[] pieces = ["zzz", "a", "yyy xxx", "fine zzz", "", "tune"];
        for (int count = 1; count <= pieces.Length; count++)
        {
            double expected = StateDictFile.Good(classifier.Predict(string.Join(' ', pieces.Take(count))));
            Assert.Equal(expected, StateDictFile.Good(stream.Add(pieces[count - 1])), 6);
        }
        Assert.Equal(3, stream.Count);
    }

    [Fact]
    public void Inspection_shows_what_is_read_and_what_is_dropped()
    {
        using var file = new StateDictFile();
        SentenceClassifier classifier = file.Import(Words, Dropping).Classifier;
        TextInspection inspection = Inspector.Inspect(classifier, "zzz a fine yyy tune");
        Assert.Equal(["a", "fine", "tune"], inspection.Tokens);
        Assert.Equal([2, 3, 5], inspection.Ids);
        Assert.Equal(["zzz", "yyy"], inspection.Dropped);
        Assert.Equal([false, false, false], inspection.IsUnknown);
        Assert.Equal(classifier.Predict("a fine tune").Probability, inspection.Prediction.Probability, 6);
        using JsonDocument json = JsonDocument.Parse(JsonLine.OfValue(inspection.WriteTo));
        Assert.Equal(2, json.RootElement.GetProperty("dropped").GetArrayLength());

        TextInspection nothing = Inspector.Inspect(classifier, "zzz");
        Assert.Equal("<pad>", Assert.Single(nothing.Tokens));
        Assert.Equal(0, Assert.Single(nothing.Ids));
        Assert.True(Assert.Single(nothing.IsUnknown));
    }

    [Fact]
    public void Rows_to_measure_and_to_train_on_are_read_the_same_way()
    {
        using var file = new StateDictFile();
        SentenceClassifier classifier = file.Import(Words, Dropping).Classifier;
        LabelledText[] rows = [new("good", "zzz a fine tune"), new("bad", "dull yyy"), new("good", "zzz")];
        LabelledText[] same = [new("good", "a fine tune"), new("bad", "dull"), new("good", "")];
        Assert.Equal(classifier.Evaluate(same).Loss, classifier.Evaluate(rows).Loss);
        var corpus = new Corpus(classifier.Config.Tokens);
        corpus.AddRange(rows);
        Assert.Equal(classifier.Evaluate(rows).Loss, classifier.Evaluate(classifier.Read(corpus)).Loss);
        classifier.Fit(rows, new TrainingOptions { Epochs = 1, WordDropout = 0.5f, Threads = 1 });
        Assert.True(double.IsFinite(classifier.Evaluate(rows).Loss));
    }

    [Fact]
    public void A_choice_that_does_not_exist_is_refused_at_once()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Vocabulary(["a"], (UnknownWords)9));
        using var file = new StateDictFile();
        Assert.Throws<ArgumentOutOfRangeException>(
            () => file.Import(Words, options => options with { Unknown = (UnknownWords)9 }));
        Assert.Contains(
            "which is dropped",
            Assert.Throws<InputException>(() => new Vocabulary(["<pad>", "a"], UnknownWords.Drop).IdOf("b")).Message,
            StringComparison.Ordinal);
    }

    private static TorchImportOptions Dropping(TorchImportOptions options) => options with { Unknown = UnknownWords.Drop };
}
