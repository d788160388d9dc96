using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Unroll.Models;

namespace Unroll.Cli;

/// <summary><c>unroll predict</c>: the label and its probability for each text.</summary>
internal static class PredictCommand
{
    public static Command Create(Terminal terminal)
    {
        var model = new Argument<string>("MODEL") { Description = "Model folder" };
        var texts = new Argument<string[]>("TEXT")
        {
            Description = "Texts to classify; without any, each line of standard input is one",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<bool> json = Options.Json("Print one JSON object a text, with the probability of every label");
        var command = new Command("predict", "Print the label of each text with its probability, tab-separated before the text")
        {
            model, texts, json,
        };
        command.SetAction(parsed =>
        {
            SentenceClassifier classifier = SentenceClassifier.Load(parsed.GetRequiredValue(model));
            IEnumerable<string> source = parsed.GetValue(texts) is { Length: > 0 } given ? given : ReadLines(terminal.Input);
            foreach (string text in source)
            {
                Prediction prediction = classifier.Predict(text);
                if (parsed.GetValue(json))
                    terminal.Output.WriteLine(JsonLine.Of(writer => WriteFields(writer, prediction)));
                else
                    terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{prediction.Label}\t{prediction.Probability:F4}\t{text}"));
            }
            return 0;
        });
        return command;
    }

    private static IEnumerable<string> ReadLines(TextReader input)
    {
        while (input.ReadLine() is { } line)
            yield return line;
    }

    private static void WriteFields(Utf8JsonWriter json, Prediction prediction)
    {
        json.WriteString("text", prediction.Text);
        json.WriteString("label", prediction.Label);
        json.WriteNumber("probability", prediction.Probability);
        json.WriteStartObject("probabilities");
        foreach ((string label, double probability) in prediction.Probabilities)
            json.WriteNumber(label, probability);
        json.WriteEndObject();
    }
}
