namespace Unroll.Import;

/// <summary>A token of a vocabulary that others made.</summary>
/// <param name="Token">The token.</param>
/// <param name="Row">Its id: the row of its word vector.</param>
/// <param name="Place">Where it stands, for errors and notes: <c>line 3</c> or <c>id 2</c>.</param>
internal sealed record VocabularyEntry(string Token, int Row, string Place);
