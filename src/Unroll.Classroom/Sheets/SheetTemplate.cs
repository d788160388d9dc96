namespace Unroll.Classroom.Sheets;

/// <summary>The sheet that a student starts from, <c>lab/template.cs</c>: the exercise in one file, with five TODOs.</summary>
public static class SheetTemplate
{
    private const string Resource = "lab/template.cs";

    /// <summary>Opens the text of the sheet, UTF-8.</summary>
    public static Stream Open() =>
        typeof(SheetTemplate).Assembly.GetManifestResourceStream(Resource)
        ?? throw new InvalidOperationException($"{Resource} is not embedded");
}
