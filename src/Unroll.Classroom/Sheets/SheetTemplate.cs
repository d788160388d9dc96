namespace Unroll.Classroom.Sheets;

/// <summary>The sheet that a student starts from, <c>lab/template.cs</c>: the exercise in one file, with five TODOs.</summary>
public static class SheetTemplate
{
    private const string GivenPart = "static partial class Report";
    private const string Rest = "// ---- Random numbers";
    private const string FileName = "template.cs";

    /// <summary>What a Python sheet imports, <c>lab/report.py</c>.</summary>
    public static string PythonReport => Text("lab/report.py");

    /// <summary>What the grader links to a sheet, to run it again with other numbers.</summary>
    internal static string Again => Text("lab/again.cs");

    /// <summary>The same for a Python sheet.</summary>
    internal static string PythonAgain => Text("lab/again.py");

    /// <summary>The class of the template that a sheet keeps as it is.</summary>
    internal static string ReportClass
    {
        get
        {
            string template = Text($"lab/{FileName}");
            int start = template.IndexOf(GivenPart, StringComparison.Ordinal);
            return template[start..template.IndexOf(Rest, start, StringComparison.Ordinal)];
        }
    }

    /// <summary>The text of the sheet.</summary>
    /// <param name="name">What the sheet calls itself: the name of its file.</param>
    public static string For(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Text($"lab/{FileName}").Replace(FileName, name, StringComparison.Ordinal);
    }

    private static string Text(string resource)
    {
        using Stream stream = typeof(SheetTemplate).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{resource} is not embedded");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
