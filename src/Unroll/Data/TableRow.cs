namespace Unroll.Data;

/// <summary>One row of a file with columns.</summary>
/// <param name="Line">The line of the file, from 1, where the row begins.</param>
/// <param name="Fields">The columns' values.</param>
public readonly record struct TableRow(int Line, IReadOnlyList<string> Fields);
