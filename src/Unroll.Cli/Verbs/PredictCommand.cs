using System.CommandLine;
using Unroll.Cli.Runs;
using Unroll.Data;
using Unroll.Models;

namespace Unroll.Cli.Verbs;

/// <summary><c>unroll predict</c>: the label and its probability for each text, as texts come.</summary>
internal static class PredictCommand
{
    private const int MostTogether = 64;

    public static Command Create(Terminal terminal)
    {
        Argument<string> model = Options.Model();
        var texts = new Argument<string[]>("TEXT")
        {
            Description = "Texts to classify; without any they are read from --input or standard input, one a line or as rows "
                + "of data, whose labels are left out",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<int?> top = Options.OptionalInteger("--top", "Show so many of the most probable labels of each text", 1);
        Option<float?> threshold = Options.OptionalNumber(
            "--threshold",
            $"Below this probability the label is {PredictionLines.Undecided}, and of several labels one is not there "
                + "[default: the model's, see train --precision]");
        var column = new Option<string?>("--column")
        {
            Description = "Read CSV or TSV with a header, classify this column (its name or number) and write the rows with "
                + "label and probability",
            HelpName = "NAME",
        };
        var safe = new Option<bool>("--safe-csv")
        {
            Description = "With --column, put an apostrophe before text that a spreadsheet would compute as a formula",
        };
        var input = new Option<string?>("--input") { Description = "File to read instead of standard input", HelpName = "FILE" };
        Option<int> maximum = Options.MaximumTokens();
        Option<bool> half = Options.HalfPrecision();
        var format = new DataOptions(takesLines: true);
        Option<bool> json = Options.Json("Print one JSON object a text, with the probability of every label");
        var command = new Command("predict", "Print the label of each text with its probability, tab-separated before the text")
        {
            model, texts, top, threshold, column, safe, input, maximum, half, json,
        };
        format.AddTo(command);
        command.SetAction(parsed =>
        {
            string[] given = parsed.GetValue(texts) ?? [];
            var lines = new PredictionLines(parsed.GetValue(json), parsed.GetValue(top), Share(parsed.GetValue(threshold)))
            {
                EscapesFormulas = parsed.GetValue(safe),
            };
            if (lines.EscapesFormulas && parsed.GetValue(column) is null)
            {
                throw new InputException(
                    "--safe-csv is for the rows that --column writes, and there is no --column; give it, or leave "
                        + "--safe-csv out");
            }
            if (given is [DataInput.StandardInput])
                given = [];
            RequireUsable(given, parsed.GetValue(column), parsed.GetValue(input), parsed.GetValue(top), parsed.GetValue(json));
            DataFormat read = Format(format, parsed, given, parsed.GetValue(column));
            SentenceClassifier classifier = SavedModel.Load(parsed.GetRequiredValue(model), terminal);
            classifier.MaximumTokens = parsed.GetValue(maximum);
            classifier.HalfPrecision = parsed.GetValue(half);
            string path = parsed.GetValue(input) ?? DataInput.StandardInput;
            if (parsed.GetValue(column) is not null)
                PredictedTable.Write(classifier, path, read, lines, terminal);
            else if (given.Length > 0)
                PredictGiven(classifier, given, lines, terminal);
            else
                PredictTexts(classifier, path, read, lines, terminal);
            return 0;
        });
        return command;
    }

    /// <summary>Classifies what comes and hands it on in order, until the end or until nobody reads the output.</summary>
    /// <param name="classifier">The model.</param>
    /// <param name="items">Read ahead on another thread.</param>
    /// <param name="where">Where the item stands and its text.</param>
    /// <param name="write">Makes one piece of output of a batch.</param>
    /// <param name="terminal">Where to.</param>
    public static void Stream<T>(
        SentenceClassifier classifier, IEnumerable<T> items, Func<T, (string Where, string Text)> where,
        Func<IReadOnlyList<T>, IEnumerable<Prediction>, string> write, Terminal terminal)
    {
        foreach (List<T> batch in Arrivals.Batches(items, MostTogether))
        {
            Prediction[] predictions;
            try
            {
                predictions = [.. classifier.Predict(batch.Select(item => where(item).Text))];
            }
            catch (InputException)
            {
                OneByOne(batch);
                throw;
            }
            terminal.Output.Write(write(batch, predictions));
            if (terminal.OutputIsGone())
                return;
        }

        // Those before the one that cannot be classified are answered.
        void OneByOne(List<T> batch)
        {
            foreach (T item in batch)
            {
                (string place, string text) = where(item);
                try
                {
                    terminal.Output.Write(write([item], [classifier.Predict(text)]));
                }
                catch (InputException e)
                {
                    throw new InputException($"{place}: {e.Message}", e);
                }
            }
        }
    }

    private static void PredictGiven(SentenceClassifier classifier, string[] texts, PredictionLines lines, Terminal terminal)
    {
        if (texts.FirstOrDefault(File.Exists) is { } file)
        {
            terminal.Error.WriteLine(
                $"note: {Excerpt.Of(file)} was classified as a text, and there is a file of that name; --input reads a file");
        }
        terminal.Output.Write(lines.Of(classifier.Predict(texts)));
    }

    private static void PredictTexts(
        SentenceClassifier classifier, string path, DataFormat format, PredictionLines lines, Terminal terminal)
    {
        IEnumerable<TextRow> rows = DataInput.ReadTexts(path, format, terminal);
        Stream(
            classifier, format == new DataFormat() ? WithHint(rows, classifier, path, terminal) : rows,
            row => ($"{DataInput.NameOf(path)}:{row.Line}", row.Text), (_, predictions) => lines.Of(predictions), terminal);
    }

    // Rows without a header look like any text, but for their label.
    private static IEnumerable<TextRow> WithHint(
        IEnumerable<TextRow> rows, SentenceClassifier classifier, string path, Terminal terminal)
    {
        bool isFirst = true;
        foreach (TextRow row in rows)
        {
            if (isFirst && row.Text.IndexOfAny([',', ';', '|']) is var end and > 0
                && classifier.Config.Labels.Contains(row.Text[..end].Trim('"')))
            {
                terminal.Error.WriteLine(
                    $"note: {DataInput.NameOf(path)}:{row.Line}: read as one text a line, and the first begins with the label " +
                    $"{Excerpt.Of(row.Text[..end])}; give --format csv --no-header if lines are rows, or --format lines");
            }
            isFirst = false;
            yield return row;
        }
    }

    private static DataFormat Format(DataOptions options, ParseResult parsed, string[] texts, string? column)
    {
        DataFormat format = options.Get(parsed);
        if (texts.Length > 0 && options.Given(parsed).FirstOrDefault() is { } surplus)
            throw new InputException($"{surplus.Name} is for a file, and texts are given; leave one of them out");
        if (column is null)
            return format;
        return format.TextColumn is null
            ? format with { TextColumn = column }
            : throw new InputException("--column and --text-column name the same column, expected one of them; leave one out");
    }

    private static double? Share(float? threshold) =>
        threshold is null or <= 1
            ? threshold
            : throw new InputException($"--threshold is {threshold}, expected a probability from 0 to 1");

    private static void RequireUsable(string[] texts, string? column, string? input, int? top, bool json)
    {
        if (texts.Length > 0 && (column ?? input) is not null)
        {
            string given = texts.Length == 1 ? "1 text" : $"{texts.Length} texts";
            throw new InputException(
                $"{given} and {(column is null ? "--input" : "--column")}, expected one or the other; " +
                "leave the texts out");
        }
        if (column is not null && (json || top is not null))
        {
            throw new InputException(
                $"--column and {(json ? "--json" : "--top")}, expected one or the other; --column writes rows of columns");
        }
    }
}
