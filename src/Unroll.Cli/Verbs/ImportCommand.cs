using System.CommandLine;
using System.Text.Json;
using Unroll.Import;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Text;

namespace Unroll.Cli.Verbs;

/// <summary><c>unroll import</c>: a state dict of PyTorch as a model folder.</summary>
internal static class ImportCommand
{
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "State dict of PyTorch, saved as safetensors" };
        var vocabulary = new Option<string>("--vocabulary")
        {
            Description = "One token a line; the line, counted from 0, is its id",
            HelpName = "FILE",
            Required = true,
        };
        var labels = new Option<string[]>("--labels")
        {
            Description = "The labels in the order of the output layer's rows, separated by commas, in quotes where they hold "
                + "one; or the option again for each label",
            HelpName = "A,B",
            Required = true,
        };
        Option<string?> output = Options.Output();
        Option<bool> overwrite = Options.Overwrite();
        Option<Pooling?> pooling = Options.OptionalChoice<Pooling>("--pooling", "How hidden states become one vector");
        Option<Nonlinearity?> nonlinearity = Options.OptionalChoice<Nonlinearity>("--nonlinearity", "Function of an RNN");
        Option<TokenKind> tokens = Options.Choice("--tokens", "How a text is cut into tokens", TokenKind.Whitespace);
        var keepCase = new Option<bool>("--keep-case") { Description = "Do not lower-case the texts" };
        Option<UnknownWords?> unknown =
            Options.OptionalChoice<UnknownWords>("--unknown", "What becomes of words that are not in the vocabulary");
        var ignore = new Option<string[]>("--ignore")
        {
            Description = "Tensors to leave out: a name, or what names begin with up to a dot; may be given again",
            HelpName = "NAME",
        };
        Option<bool> json = Options.Json("Print what was found as one JSON object");
        var command = new Command("import", "Make a model folder of a classifier that PyTorch trained")
        {
            file, vocabulary, labels, output, overwrite, pooling, nonlinearity, tokens, keepCase, unknown, ignore, json,
        };
        command.SetAction(parsed =>
        {
            string? folder = parsed.GetValue(output);
            bool mayReplace = parsed.GetValue(overwrite);
            if (folder is not null)
                SentenceClassifier.RequireSavePath(folder, mayReplace);
            string path = parsed.GetRequiredValue(file);
            ImportedModel model = TorchImport.Read(path, new TorchImportOptions
            {
                Vocabulary = parsed.GetRequiredValue(vocabulary),
                Labels = QuotedList.Words("--labels", parsed.GetRequiredValue(labels)),
                Pooling = parsed.GetValue(pooling),
                Nonlinearity = parsed.GetValue(nonlinearity),
                Tokens = new Tokenizer(parsed.GetValue(tokens), !parsed.GetValue(keepCase)),
                Unknown = parsed.GetValue(unknown),
                Ignore = parsed.GetValue(ignore) ?? [],
            });
            terminal.Output.WriteLine(
                parsed.GetValue(json) ? JsonLine.Of(writer => WriteFields(writer, model)) : $"{path}: {model.Found}");
            foreach (string note in model.Notes)
                terminal.Error.WriteLine($"note: {FlagNames.Translate(note, "import")}");
            if (folder is null)
            {
                terminal.Error.WriteLine("The model was not saved; give --out DIR to save it");
                return 0;
            }
            model.Classifier.Save(folder, mayReplace);
            terminal.Error.WriteLine($"Saved the model in {folder}");
            return 0;
        });
        return command;
    }

    private static void WriteFields(Utf8JsonWriter json, ImportedModel model)
    {
        ModelConfig config = model.Classifier.Config;
        json.WriteString("cell", Name(config.Cell));
        if (RecurrentCells.Of(config.Cell).ReadsNonlinearity)
            json.WriteString("nonlinearity", Name(config.Nonlinearity));
        json.WriteNumber("embedding", config.Embedding);
        json.WriteNumber("hidden", config.Hidden);
        json.WriteNumber("layers", config.Layers);
        json.WriteBoolean("bidirectional", config.Bidirectional);
        json.WriteString("pooling", Name(config.Pooling));
        json.WriteNumber("labels", config.Classes);
        json.WriteNumber("vocabulary", model.Classifier.Vocabulary.Size);
        json.WriteStartArray("notes");
        foreach (string note in model.Notes)
            json.WriteStringValue(note);
        json.WriteEndArray();
    }

    private static string Name<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
