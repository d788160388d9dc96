using System.Text.Json;
using Unroll.Data;
using Unroll.Engine.Layers;
using Unroll.Import;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Tests.Golden;
using Unroll.Tests.Inspection;
using Unroll.Tests.Models;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Import;

/// <summary>State dicts of <c>torch.nn.TransformerEncoder</c>: the golden parameters under names that people give them.</summary>
public class TransformerImportTests
{
    public static IEnumerable<TheoryDataRow<int>> Cases =>
        Enumerable.Range(0, GoldenCase.Transformers.GetProperty("cases").GetArrayLength()).Select(i => new TheoryDataRow<int>(i));

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_state_dict_gives_PyTorchs_logits(int index)
    {
        JsonElement golden = GoldenCase.Transformers.GetProperty("cases")[index];
        GoldenCase @case = CaseOf(golden);
        if (@case.Config.Transformer.PositionScale != 1)
            return;
        using var folder = new TemporaryFolder();
        ImportedModel model = Import(folder, Write(folder, @case, "model.", sines: index % 2 == 0), @case, options => options);
        Assert.Equal(@case.Config.Transformer, Comparable(model.Classifier.Config.Transformer, @case));
        int classes = @case.Config.Classes;
        float[] logits = golden.Singles("logits");
        int row = 0;
        foreach (JsonElement sentence in golden.GetProperty("sentences").EnumerateArray())
        {
            double[] z = [.. logits.AsSpan(row++ * classes, classes).ToArray().Select(value => (double)value)];
            double sum = z.Sum(Math.Exp);
            Prediction prediction = model.Classifier.Predict(InspectedModels.TextOf(sentence.Integers()));
            Close.To(
                [.. z.Select(value => Math.Exp(value) / sum)], [.. prediction.Probabilities.Select(entry => entry.Value)], 1e-5);
        }
    }

    [Fact]
    public void Scaled_words_are_scaled()
    {
        GoldenCase @case = CaseOf(GoldenCase.Transformers.GetProperty("cases")[0]);
        using var folder = new TemporaryFolder();
        string file = Write(folder, @case, "", sines: false);
        float[] plain = Import(folder, file, @case, options => options).Classifier.Parameters["embedding.weight"];
        float[] scaled = Import(folder, file, @case, options => options with { ScaledWords = true })
            .Classifier.Parameters["embedding.weight"];
        Close.To(plain.Select(value => value * MathF.Sqrt(8)).ToArray(), scaled, 1e-6);
    }

    [Fact]
    public void What_a_file_does_not_say_is_asked_for_or_noted()
    {
        GoldenCase @case = CaseOf(GoldenCase.Transformers.GetProperty("cases")[4]);
        using var folder = new TemporaryFolder();
        string file = Write(folder, @case, "", sines: false);
        Assert.Contains(
            "give TorchImportOptions.Heads = N", Error(options => options with { Heads = null }), StringComparison.Ordinal);
        Assert.Contains("expected a divisor of 8", Error(options => options with { Heads = 3 }), StringComparison.Ordinal);
        Assert.Contains(
            "is for an RNN", Error(options => options with { Nonlinearity = Nonlinearity.Relu }), StringComparison.Ordinal);
        ImportedModel model = Import(folder, file, @case, options => options with { Norm = null, Pooling = null });
        Assert.Equal(NormPlace.After, model.Classifier.Config.Transformer.Norm);
        Assert.Equal(Pooling.Mean, model.Classifier.Config.Pooling);
        Assert.Contains(model.Notes, note => note.StartsWith("there are no positions in the file", StringComparison.Ordinal));
        Assert.Contains(model.Notes, note => note.Contains("norm_first=True", StringComparison.Ordinal));
        Assert.StartsWith("transformer, embedding 8, hidden 8, 1 layer, 2 heads", model.Found, StringComparison.Ordinal);

        string Error(Func<TorchImportOptions, TorchImportOptions> change) =>
            Assert.Throws<InputException>(() => Import(folder, file, @case, change)).Message;
    }

    [Theory]
    [InlineData("Heads")]
    [InlineData("Norm")]
    [InlineData("ScaledWords")]
    [InlineData("PositionScale")]
    public void What_a_Transformer_alone_has_is_refused_for_a_recurrent_layer(string option)
    {
        using var folder = new TemporaryFolder();
        JsonElement golden = GoldenCase.File.GetProperty("cases")[0];
        GoldenCase @case = CaseOf(golden);
        SentenceClassifier classifier = SentenceClassifier.Create(@case.Config, InspectedModels.VocabularyOf(@case.Vocabulary));
        classifier.Save(folder["model"]);
        var options = new TorchImportOptions { Vocabulary = folder["model/vocabulary.txt"], Labels = @case.Config.Labels };
        options = option switch
        {
            "Heads" => options with { Heads = 2 },
            "Norm" => options with { Norm = NormPlace.After },
            "ScaledWords" => options with { ScaledWords = true },
            "PositionScale" => options with { PositionScale = 0.1f },
            _ => throw new ArgumentOutOfRangeException(nameof(option)),
        };
        string message = Assert.Throws<InputException>(
            () => TorchImport.Read(folder["model/model.safetensors"], options)).Message;
        Assert.StartsWith($"TorchImportOptions.{option} is for a Transformer, and ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_Unroll_trained_answers_alike_with_its_scale_of_positions()
    {
        using var folder = new TemporaryFolder();
        IEnumerable<LabelledText> rows = Enumerable.Range(0, 40).Select(
            i => new LabelledText(i % 2 == 0 ? "bad" : "good", $"word{i % 7} b c"));
        SentenceClassifier trained = SentenceClassifier.Train(rows, new TrainingOptions
        {
            Cell = Cell.Transformer,
            Embedding = 8,
            Epochs = 2,
            DevShare = 0,
            Linear = false,
            Transformer = new TransformerOptions { Heads = 2 },
        });
        trained.Save(folder["model"]);
        float scale = trained.Config.Transformer.PositionScale!.Value;
        Assert.NotEqual(1, scale);
        var options = new TorchImportOptions
        {
            Vocabulary = folder["model/vocabulary.txt"],
            Labels = trained.Config.Labels,
            Heads = 2,
            Norm = trained.Config.Transformer.Norm,
            Pooling = trained.Config.Pooling,
            Tokens = trained.Config.Tokens,
            PositionScale = scale,
        };
        string file = folder["model/model.safetensors"];
        ImportedModel imported = TorchImport.Read(file, options);
        Assert.Equal(Answer(trained), Answer(imported.Classifier), 1e-5);
        Assert.DoesNotContain(imported.Notes, note => note.Contains("PositionScale", StringComparison.Ordinal));
        ImportedModel other = TorchImport.Read(file, options with { PositionScale = null });
        Assert.NotEqual(Answer(trained), Answer(other.Classifier), 1e-5);
        Assert.Contains(other.Notes, note => note.Contains("TorchImportOptions.PositionScale", StringComparison.Ordinal));
        Assert.Contains(
            "PositionScale is 0, expected a positive number",
            Assert.Throws<InputException>(() => TorchImport.Read(file, options with { PositionScale = 0 })).Message,
            StringComparison.Ordinal);

        double Answer(SentenceClassifier classifier) => classifier.Predict("word1 word2 b c").Probabilities["good"];
    }

    [Theory]
    [InlineData(Cell.MinLstm)]
    [InlineData(Cell.DeltaNet)]
    [InlineData(Cell.SLstm)]
    [InlineData(Cell.Coupled)]
    [InlineData(Cell.Janet)]
    [InlineData(Cell.Sru)]
    [InlineData(Cell.Peephole)]
    public void A_cell_of_Unroll_that_is_not_named_is_asked_for(Cell cell)
    {
        using var folder = new TemporaryFolder();
        var config = new ModelConfig { Cell = cell, Embedding = 6, Hidden = 8, Labels = ["bad", "good"] };
        SentenceClassifier.Create(config, InspectedModels.VocabularyOf(9)).Save(folder["model"]);
        var options = new TorchImportOptions { Vocabulary = folder["model/vocabulary.txt"], Labels = config.Labels };
        string file = folder["model/model.safetensors"];
        Assert.Contains(
            "TorchImportOptions.Cell", Assert.Throws<InputException>(() => TorchImport.Read(file, options)).Message,
            StringComparison.Ordinal);
        Assert.Equal(cell, TorchImport.Read(file, options with { Cell = cell }).Classifier.Config.Cell);
        Assert.Contains(
            "TorchImportOptions.Nonlinearity is for an RNN",
            Assert.Throws<InputException>(
                () => TorchImport.Read(file, options with { Cell = cell, Nonlinearity = Nonlinearity.Relu })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_that_is_missing_and_a_second_encoder_are_told()
    {
        GoldenCase @case = CaseOf(GoldenCase.Transformers.GetProperty("cases")[0]);
        using var folder = new TemporaryFolder();
        List<NamedTensor> tensors = Tensors(@case, "", sines: false);
        string Error(IEnumerable<NamedTensor> all)
        {
            string file = folder["odd.safetensors"];
            using (FileStream stream = File.Create(file))
                SafetensorsWriter.Write(stream, [.. all], new Dictionary<string, string>());
            return Assert.Throws<InputException>(() => Import(folder, file, @case, options => options)).Message;
        }
        Assert.Contains(
            "no tensor encoder.layers.0.linear2.bias, which the Transformer's other tensors call for",
            Error(tensors.Where(tensor => tensor.Name != "encoder.layers.0.linear2.bias")), StringComparison.Ordinal);
        IEnumerable<NamedTensor> second = tensors.Where(tensor => tensor.Name.Contains("layers", StringComparison.Ordinal))
            .Select(tensor => tensor with { Name = "other." + tensor.Name });
        Assert.Contains("2 Transformer encoders", Error(tensors.Concat(second)), StringComparison.Ordinal);
    }

    private static GoldenCase CaseOf(JsonElement golden) => new(
        golden.GetProperty("config"), golden.GetProperty("parameters"), golden.GetProperty("sentences"),
        golden.GetProperty("labels"));

    // The file does not say how many places sines would have.
    private static TransformerOptions Comparable(TransformerOptions found, GoldenCase @case) =>
        found with { MaximumPositions = @case.Config.Transformer.MaximumPositions };

    private static string Write(TemporaryFolder folder, GoldenCase @case, string prefix, bool sines)
    {
        string file = folder["state.safetensors"];
        using FileStream stream = File.Create(file);
        SafetensorsWriter.Write(stream, Tensors(@case, prefix, sines), new Dictionary<string, string>());
        return file;
    }

    // Sines are the buffer of PyTorch's tutorial, [M,1,E].
    private static List<NamedTensor> Tensors(GoldenCase @case, string prefix, bool sines)
    {
        var tensors = @case.Parameters.All.Select(parameter => new NamedTensor(
            prefix + parameter.Name.Replace("position.weight", "pos_embedding.weight", StringComparison.Ordinal),
            parameter.Shape, @case.Parameters.Read(parameter))).ToList();
        const int places = 30;
        int width = @case.Config.Embedding;
        if (sines && @case.Config.Transformer.Positions == Positions.Sinusoidal)
        {
            tensors.Add(new NamedTensor(prefix + "pos_encoder.pe", [places, 1, width], Enumerable.Range(0, places * width).Select(
                i => (float)SinusoidalPositions.Value(i / width, i % width, width)).ToArray()));
        }
        return tensors;
    }

    private static ImportedModel Import(
        TemporaryFolder folder, string file, GoldenCase @case, Func<TorchImportOptions, TorchImportOptions> change)
    {
        string vocabulary = folder.Write(
            "vocabulary.txt", string.Concat(InspectedModels.VocabularyOf(@case.Vocabulary).Tokens.Select(token => token + "\n")));
        return TorchImport.Read(file, change(new TorchImportOptions
        {
            Vocabulary = vocabulary,
            Labels = @case.Config.Labels,
            Heads = @case.Config.Transformer.Heads,
            Norm = @case.Config.Transformer.Norm,
            Pooling = @case.Config.Pooling,
        }));
    }
}
