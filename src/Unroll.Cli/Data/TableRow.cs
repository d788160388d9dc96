namespace Unroll.Cli.Data;

/// <summary>One row of a file with columns, its header included.</summary>
/// <param name="Line">The line of the file, from 1, where the row begins.</param>
/// <param name="Fields">The columns' values.</param>
internal readonly record struct TableRow(int Line, string[] Fields);
