namespace Unroll.Import;

/// <summary>What to do about a file that Unroll wrote of a cell that nobody named and that its shapes do not tell.</summary>
internal static class UnnamedCell
{
    /// <summary>An error with the cells that the file can be read as; null where it is none of them.</summary>
    /// <param name="e">What went wrong without a name.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">How it was read.</param>
    public static InputException? Advice(InputException e, string path, TorchImportOptions options)
    {
        string[] fitting =
            [.. RecurrentCells.All.Where(cell => Fits(path, options with { Cell = cell })).Select(RecurrentCells.NameOf)];
        return fitting.Length == 0 ? null : new InputException(
            $"{e.Message}; Unroll wrote the file: give TorchImportOptions.Cell = {string.Join(" or ", fitting)}, the cell in "
            + "the config.json of its model", e);
    }

    private static bool Fits(string path, TorchImportOptions options)
    {
        try
        {
            TorchImport.Read(path, options);
            return true;
        }
        catch (InputException)
        {
            return false;
        }
    }
}
