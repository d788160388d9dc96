namespace Unroll.Text;

/// <summary>One row to learn from or to measure on.</summary>
/// <param name="Label">The class the text belongs to, as written in the file.</param>
/// <param name="Text">The text, not yet cut into tokens.</param>
public sealed record LabelledText(string Label, string Text);
