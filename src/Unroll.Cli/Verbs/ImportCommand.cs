using System.CommandLine;
using Unroll.Import;
using Unroll.Models;
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
            Description = "One token a line; the line, counted from 0, is its id. Or JSON of tokens and ids",
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
        var multiLabel = new Option<bool>("--multi-label")
        {
            Description = "A text may have several labels: the sigmoid of each logit (BCEWithLogitsLoss), and not one softmax",
        };
        Option<string?> output = Options.Output();
        Option<bool> overwrite = Options.Overwrite();
        Option<Pooling?> pooling = Options.OptionalChoice<Pooling>("--pooling", "How hidden states become one vector");
        Option<Cell?> cell = Options.OptionalChoice<Cell>(
            "--cell", "Cell of a file that Unroll wrote; RNN, GRU and LSTM are found by their shapes");
        Option<Nonlinearity?> nonlinearity = Options.OptionalChoice<Nonlinearity>("--nonlinearity", "Function of an RNN");
        Option<int?> heads = Options.OptionalInteger(
            "--heads", "Heads of a Transformer's attention, which the file does not say", 1);
        Option<NormPlace?> norm = Options.OptionalChoice<NormPlace>(
            "--norm", "Where a Transformer's layer norms stand, before for norm_first=True [default: after]");
        var scaledWords = new Option<bool>("--scaled-words")
        {
            Description = "A Transformer that multiplies word vectors by the root of their width",
        };
        Option<float?> positionScale = Options.OptionalNumber(
            "--position-scale", "What a Transformer multiplies sinusoidal positions by [default: 1]");
        Option<TokenKind> tokens = Options.Choice("--tokens", "How a text is cut into tokens", TokenKind.Whitespace);
        var keepCase = new Option<bool>("--keep-case") { Description = "Do not lower-case the texts" };
        Option<string?> padding = Options.Text(
            "--padding", "The padding as the vocabulary has it, where it is no <pad>, [PAD], <blank> or the like", "NAME");
        Option<string?> unknown = Options.Text(
            "--unknown",
            "Words that are not in the vocabulary: token (read as its unknown word) or drop or refuse; or the unknown word as "
                + "the " +
            "vocabulary has it, where it is no <unk>, [UNK], OOV or the like",
            "NAME");
        var ignore = new Option<string[]>("--ignore")
        {
            Description = "Tensors to leave out: a name, or what names begin with up to a dot; may be given again",
            HelpName = "NAME",
        };
        Option<bool> json = Options.Json("Print what was found as one JSON object");
        var command = new Command("import", "Make a model folder of a classifier that PyTorch trained")
        {
            file, vocabulary, labels, multiLabel, output, overwrite, cell, pooling, nonlinearity, heads, norm, scaledWords,
            positionScale, tokens, keepCase, padding, unknown, ignore, json,
        };
        command.SetAction(parsed =>
        {
            string? folder = parsed.GetValue(output);
            bool mayReplace = parsed.GetValue(overwrite);
            if (folder is not null)
                SentenceClassifier.RequireSavePath(folder, mayReplace);
            string path = parsed.GetRequiredValue(file);
            UnknownWords? unknownWords = ChoiceOf(parsed.GetValue(unknown));
            ImportedModel model = TorchImport.Read(path, new TorchImportOptions
            {
                Vocabulary = parsed.GetRequiredValue(vocabulary),
                Labels = QuotedList.Words("--labels", parsed.GetRequiredValue(labels)),
                MultiLabel = parsed.GetValue(multiLabel),
                Cell = parsed.GetValue(cell),
                Pooling = parsed.GetValue(pooling),
                Nonlinearity = parsed.GetValue(nonlinearity),
                Heads = parsed.GetValue(heads),
                Norm = parsed.GetValue(norm),
                ScaledWords = parsed.GetValue(scaledWords),
                PositionScale = parsed.GetValue(positionScale),
                Tokens = new Tokenizer(parsed.GetValue(tokens), !parsed.GetValue(keepCase)),
                Unknown = unknownWords,
                UnknownToken = unknownWords is null ? parsed.GetValue(unknown) : null,
                Padding = parsed.GetValue(padding),
                Ignore = parsed.GetValue(ignore) ?? [],
            });
            model = model with { Notes = [.. model.Notes.Select(Translate)], Warnings = [.. model.Warnings.Select(Translate)] };
            terminal.Output.WriteLine(parsed.GetValue(json) ? JsonOutput.Of(model.WriteFields) : $"{path}: {model.Found}");
            foreach (string note in model.Notes)
                terminal.Error.WriteLine($"note: {note}");
            foreach (string warning in model.Warnings)
                terminal.Error.WriteLine($"warning: {warning}");
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

    private static string Translate(string line) => FlagNames.Translate(line, "import");

    // A choice is taken as one, also where the vocabulary has a word of its name.
    private static UnknownWords? ChoiceOf(string? unknown) =>
        Enum.TryParse(unknown, ignoreCase: true, out UnknownWords choice)
            && Options.NameOf(choice).Equals(unknown, StringComparison.OrdinalIgnoreCase)
                ? choice
                : null;
}
