namespace Unroll.Cli.Data;

/// <summary>One labelled text of a file.</summary>
/// <param name="Line">The line of the file, from 1, where the row begins.</param>
/// <param name="Label">The label, not empty.</param>
/// <param name="Text">The text, which may be empty.</param>
internal readonly record struct DataRow(int Line, string Label, string Text);
