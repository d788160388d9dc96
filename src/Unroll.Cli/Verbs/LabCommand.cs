using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Unroll.Classroom;
using Unroll.Cli.Runs;
using Unroll.Inspection;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Training;

namespace Unroll.Cli.Verbs;

/// <summary><c>unroll lab</c>: trains the lab's network, shows its loss curve and tests it.</summary>
internal static class LabCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<ulong> seed = Options.Seed();
        Option<int> epochs = Options.Integer("--epochs", "How often both sentences are seen", LabExercise.Epochs, 1);
        Option<float> learningRate = Options.PositiveNumber("--lr", "Learning rate", LabExercise.LearningRate);
        Option<int> hidden = Options.Integer("--hidden", "Width of the hidden state", LabExercise.Hidden, 1);
        Option<string> cell = Options.OnlyChoice("--cell", "Recurrent layer; the lab's is a vanilla RNN", "rnn");
        var test = new Option<string[]>("--test")
        {
            Description = $"Sentence to test instead of the lab's two; words: {string.Join(", ", LabExercise.Words)}",
            HelpName = "TEXT",
        };
        Option<string?> output = Options.Output();
        Option<bool> overwrite = Options.Overwrite();
        Option<bool> json = Options.Json("Print the loss history, parameters, hidden states and logits as JSON");
        var command = new Command(
            "lab", "Train the classroom lab: a vanilla RNN that learns \"The movie is good\" and \"The movie is bad\"")
        {
            seed, epochs, learningRate, hidden, cell, test, output, overwrite, json,
            LabNewCommand.Create(terminal), LabGradeCommand.Create(terminal), LabCheckCommand.Create(terminal),
        };
        command.SetAction(parsed =>
        {
            string? folder = parsed.GetValue(output);
            if (folder is not null)
                SentenceClassifier.RequireSavePath(folder, parsed.GetValue(overwrite));
            string[] sentences = parsed.GetValue(test) is { Length: > 0 } given ? given : [.. LabExercise.TestSentences];
            SentenceClassifier classifier = LabExercise.CreateClassifier(parsed.GetValue(hidden), parsed.GetValue(seed));
            foreach (string sentence in sentences)
                classifier.Vocabulary.Encode(classifier.Config.Tokens.Tokenize(sentence));

            IReadOnlyDictionary<string, NamedTensor> initial = Copy(classifier);
            TrainingOptions options = LabExercise.TrainingOptions(parsed.GetValue(epochs), parsed.GetValue(learningRate));
            var gradients = new List<GradientFlow>();
            if (folder is not null)
                options = options with { GradientFlow = new OnTrainingThread<GradientFlow>(gradients.Add) };
            IReadOnlyList<EpochReport> reports = classifier.Fit(LabExercise.Samples, options);
            // The lab adds the losses of its sentences up; reports hold their mean.
            double[] history = [.. reports.Select(report => report.TrainLoss * LabExercise.Samples.Count)];
            HiddenStateTrace[] traces = [.. sentences.Select(sentence => HiddenStates.Trace(classifier, sentence))];

            if (parsed.GetValue(json))
                terminal.Output.WriteLine(ToJson(history, initial, Copy(classifier), traces));
            else
                WriteText(terminal, history, traces);
            if (folder is not null)
            {
                bool isArchive = SentenceClassifier.IsArchiveName(folder);
                if (isArchive)
                    classifier.Save(folder, parsed.GetValue(overwrite));
                else
                    classifier.Save(folder, parsed.GetValue(overwrite), LabRun.Files(Settings, reports, gradients));
                terminal.Error.WriteLine($"Saved the model in {folder}");
                if (!isArchive)
                    RunPage.WriteInto(folder, terminal);
            }
            return 0;

            void Settings(Utf8JsonWriter writer) => WriteSettings(
                writer,
                parsed.GetValue(seed),
                parsed.GetValue(epochs),
                parsed.GetValue(learningRate),
                parsed.GetValue(hidden),
                sentences);
        });
        return command;
    }

    private static void WriteSettings(
        Utf8JsonWriter json, ulong seed, int epochs, float learningRate, int hidden, string[] sentences)
    {
        json.WriteNumber("seed", seed);
        json.WriteNumber("epochs", epochs);
        json.WriteNumber("lr", learningRate);
        json.WriteNumber("hidden", hidden);
        if (sentences.SequenceEqual(LabExercise.TestSentences))
            return;
        json.WriteStartArray(LabRun.TestKey);
        foreach (string sentence in sentences)
            json.WriteStringValue(sentence);
        json.WriteEndArray();
    }

    private static void WriteText(Terminal terminal, double[] history, HiddenStateTrace[] traces)
    {
        TextWriter output = terminal.Output;
        for (int epoch = 1; epoch <= history.Length; epoch++)
        {
            if (epoch % LabExercise.ReportEvery == 0 || epoch == history.Length)
                output.WriteLine(Invariant($"Epoch [{epoch}/{history.Length}] - Loss: {history[epoch - 1]:F4}"));
        }
        if (terminal.OutputIsTerminal)
        {
            output.WriteLine();
            LineChart.Write(output, "Training Loss Curve", "Epoch", "Total Loss", history);
        }
        output.WriteLine();
        output.WriteLine("==== Testing ====");
        foreach (HiddenStateTrace trace in traces)
        {
            string words = string.Join(", ", trace.Tokens.Select(word => $"'{word}'"));
            string label = LabExercise.LabelNames[trace.Prediction];
            output.WriteLine($"Sentence: [{words}] → Prediction: {trace.Prediction} ({label})");
        }
    }

    // The shapes are those of the exercise: column vectors for the bias, the hidden states and the logits.
    private static string ToJson(
        double[] history, IReadOnlyDictionary<string, NamedTensor> initial, IReadOnlyDictionary<string, NamedTensor> final,
        HiddenStateTrace[] traces) =>
        JsonOutput.Of(json =>
        {
            json.WriteStartArray("loss_history");
            foreach (double loss in history)
                json.WriteNumberValue(loss);
            json.WriteEndArray();
            WriteParameters(json, "initial", initial);
            WriteParameters(json, "final", final);
            json.WriteStartArray("tests");
            foreach (HiddenStateTrace trace in traces)
            {
                json.WriteStartObject();
                json.WriteStartArray("sentence");
                foreach (string word in trace.Tokens)
                    json.WriteStringValue(word);
                json.WriteEndArray();
                json.WriteStartArray("hidden");
                foreach (float[] hidden in trace.Hidden)
                    WriteMatrix(json, hidden, hidden.Length);
                json.WriteEndArray();
                json.WritePropertyName("logits");
                WriteMatrix(json, trace.Logits, trace.Logits.Length);
                json.WriteNumber("prediction", trace.Prediction);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });

    private static Dictionary<string, NamedTensor> Copy(SentenceClassifier classifier) => classifier.Tensors
        .Select(tensor => tensor with { Values = tensor.Values.ToArray() }).ToDictionary(tensor => tensor.Name);

    private static void WriteParameters(Utf8JsonWriter json, string key, IReadOnlyDictionary<string, NamedTensor> tensors)
    {
        json.WriteStartObject(key);
        foreach ((string symbol, string name) in LabExercise.Symbols)
        {
            json.WritePropertyName(symbol);
            WriteMatrix(json, tensors[name].Values.Span, tensors[name].Shape[0]);
        }
        json.WriteEndObject();
    }

    private static void WriteMatrix(Utf8JsonWriter json, ReadOnlySpan<float> values, int rows)
    {
        int columns = values.Length / rows;
        json.WriteStartArray();
        for (int row = 0; row < rows; row++)
        {
            json.WriteStartArray();
            foreach (float value in values.Slice(row * columns, columns))
                json.WriteNumberValue(value);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
