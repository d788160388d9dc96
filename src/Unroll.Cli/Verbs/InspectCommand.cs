using System.CommandLine;
using Unroll.Cli.Runs;
using Unroll.Inspection;
using Unroll.Models;
using Unroll.Storage;

namespace Unroll.Cli.Verbs;

/// <summary><c>unroll inspect</c>: what a model does with one text, word by word.</summary>
internal static class InspectCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> model = Options.Model();
        var texts = new Argument<string[]>("TEXT") { Description = "The text, in quotes", Arity = ArgumentArity.ZeroOrMore };
        Option<string?> html = Options.Text("--html", "Write a page that shows it all, one file that opens from disk", "FILE");
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace the page if it exists" };
        Option<bool> json = Options.Json("Print all numbers as one JSON object");
        var command = new Command(
            "inspect", "Show what a model computes after each word of a text, and what each word did to the prediction")
        {
            model, texts, html, overwrite, json,
        };
        command.SetAction(parsed =>
        {
            string text = OnlyText(parsed.GetValue(texts) ?? []);
            string? page = parsed.GetValue(html);
            if (page is not null)
                PageFile.Require(page, parsed.GetValue(overwrite));
            SentenceClassifier classifier = SavedModel.Load(parsed.GetRequiredValue(model), terminal);
            TextInspection inspection = Inspector.Inspect(classifier, text);
            RequireKnownWords(inspection);
            if (!inspection.IsFinite)
            {
                terminal.Error.WriteLine(
                    "warning: the model's weights are so large that some gradients or changes are beyond the largest number; " +
                    "they are shown as inf, and as null in JSON");
            }

            // Where it goes: each option that names a place has a line here.
            if (page is not null)
            {
                SentencePage.Write(page, parsed.GetValue(overwrite), inspection);
                terminal.Error.WriteLine($"Page in {page}; open it in a browser");
            }
            if (parsed.GetValue(json))
                terminal.Output.WriteLine(JsonOutput.Versioned(JsonLine.OfValue(inspection.WriteTo)));
            else
                new InspectionTable(inspection).Write(terminal);
            return 0;
        });
        return command;
    }

    private static string OnlyText(string[] texts) => texts switch
    {
        [] => throw new InputException("unroll inspect: no text given, expected one; see unroll inspect --help"),
        [{ } text] when string.IsNullOrWhiteSpace(text) =>
            throw new InputException("unroll inspect: the text is empty, expected at least one word"),
        [{ } text] => text,
        _ => throw new InputException($"unroll inspect: {texts.Length} texts given, expected one; put quotes around it"),
    };

    // A closed vocabulary refuses such a text by itself.
    private static void RequireKnownWords(TextInspection inspection)
    {
        // Sub-words read every word by its pieces, and the linear part may know pieces of a word that the network does not know.
        bool readsPieces = inspection.Model.Subwords > 0 || inspection.Linear is { Strongest.Count: > 0 };
        if (readsPieces || !inspection.IsUnknown.All(unknown => unknown))
            return;
        IReadOnlyList<string> words = inspection.Dropped.Count > 0 ? inspection.Dropped : inspection.Tokens;
        throw new InputException(
            "unroll inspect: the model knows none of the words of " +
            $"\"{ColumnText.Cut(string.Join(' ', words), 40)}\", expected at least one; " +
            "its vocabulary.txt lists them");
    }
}
