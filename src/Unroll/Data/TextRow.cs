namespace Unroll.Data;

/// <summary>A text to classify.</summary>
/// <param name="Text">The text, not yet cut into tokens.</param>
/// <param name="Line">The line of the file, from 1, where its row begins.</param>
public sealed record TextRow(string Text, int Line);
