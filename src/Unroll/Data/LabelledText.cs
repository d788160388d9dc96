using System.Globalization;

namespace Unroll.Data;

/// <summary>One row to learn from or to measure on.</summary>
/// <param name="Label">
/// The class the text belongs to, as written in the file; of a text that has none or several labels, what
/// <see cref="Several"/> makes of them.
/// </param>
/// <param name="Text">The text, not yet cut into tokens.</param>
/// <param name="Line">The line of the file, from 1, where the row begins; 0 for a row that is from no file.</param>
public sealed record LabelledText(string Label, string Text, int Line = 0)
{
    /// <summary>The labels of the text: one, or as many as <see cref="Several"/> was given.</summary>
    public IReadOnlyList<string> Labels => LabelText.Split(Label);

    /// <summary>A row that may have several labels, or none.</summary>
    /// <param name="labels">The labels, in any order.</param>
    /// <param name="text">The text, not yet cut into tokens.</param>
    /// <param name="line">The line of the file, from 1, where the row begins; 0 for a row that is from no file.</param>
    /// <exception cref="InputException">A label is empty or holds a control character.</exception>
    public static LabelledText Several(IEnumerable<string> labels, string text, int line = 0)
    {
        ArgumentNullException.ThrowIfNull(labels);
        string[] all = [.. labels];
        return LabelText.FaultOfAny(all) is { } fault
            ? throw new InputException(fault)
            : new LabelledText(LabelText.Join(all), text, line);
    }

    /// <summary>Rows of a program's own items, one by one as they are asked for.</summary>
    /// <param name="items">The items.</param>
    /// <param name="label">
    /// The label of an item: a string, or what is written as one, such as an enumeration or a number; or strings, where an item
    /// may have several labels.
    /// </param>
    /// <param name="text">The text of an item.</param>
    /// <exception cref="InputException">While rows are taken: an item has no label or no text.</exception>
    public static IEnumerable<LabelledText> Of<T, TLabel>(IEnumerable<T> items, Func<T, TLabel> label, Func<T, string> text)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(text);
        return Rows();

        IEnumerable<LabelledText> Rows()
        {
            int number = 0;
            foreach (T item in items)
            {
                number++;
                string[] labels = Written(label(item)) ?? throw new InputException(
                    $"item {number}: its label is null, expected one; leave the item out or give it a label");
                if (LabelText.FaultOfAny(labels) is { } fault)
                    throw new InputException($"item {number}: {fault}");
                yield return new LabelledText(LabelText.Join(labels), text(item) ?? throw new InputException(
                    $"item {number}: its text is null, expected one; leave the item out or give it a text"));
            }
        }
    }

    private static string[]? Written<TLabel>(TLabel label) => label switch
    {
        null => null,
        string text => [text],
        IEnumerable<string> several => [.. several],
        IFormattable value => [value.ToString(null, CultureInfo.InvariantCulture)],
        _ => label.ToString() is { } text ? [text] : null,
    };
}
