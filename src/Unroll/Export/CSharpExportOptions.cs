namespace Unroll.Export;

/// <summary>How a model is written as C#.</summary>
public sealed record CSharpExportOptions
{
    /// <summary>The name of the class; null for one made of the file's name. Default: null.</summary>
    public string? ClassName { get; set; }

    /// <summary>The namespace; null for none. Default: null.</summary>
    public string? Namespace { get; set; }

    /// <summary>
    /// Whether the numbers stand in a file beside the program, with the ending <c>.weights</c>, which it reads when it is first
    /// asked; else they stand in the C# file. Default: no.
    /// </summary>
    public bool WeightsBeside { get; set; }
}
