namespace Unroll.Data;

/// <summary>One row to learn from or to measure on.</summary>
/// <param name="Label">The class the text belongs to, as written in the file.</param>
/// <param name="Text">The text, not yet cut into tokens.</param>
/// <param name="Line">The line of the file, from 1, where the row begins; 0 for a row that is from no file.</param>
public sealed record LabelledText(string Label, string Text, int Line = 0);
