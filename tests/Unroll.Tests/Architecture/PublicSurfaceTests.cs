using System.Reflection;
using System.Text.RegularExpressions;
using Unroll.Engine.Networks;
using Unroll.Models;
using Xunit;

namespace Unroll.Tests.Architecture;

/// <summary>A program that uses the library sees texts, labels and settings, and never the engine's types.</summary>
public partial class PublicSurfaceTests
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Assembly Engine = typeof(Network).Assembly;

    /// <summary>What the library must not say, for these are the words of the command.</summary>
    public static TheoryData<string> Projects => ["Unroll", "Unroll.Engine"];

    [Fact]
    public void Public_signatures_of_the_library_have_no_engine_types_but_the_settings()
    {
        IEnumerable<string> wrong =
            from type in typeof(SentenceClassifier).Assembly.GetExportedTypes()
            from used in Signatures(type).SelectMany(Parts)
            where used.Assembly == Engine && used.Namespace != "Unroll"
            select $"{type.Name} shows {used.Name}";
        Assert.Empty(wrong.Distinct());
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Messages_name_properties_and_no_flags(string project)
    {
        IEnumerable<string> wrong = SourceFile.In(Path.Combine(RepositoryRoot.Path, "src", project))
            .SelectMany(file => Flag().Matches(file.Code).Select(match => $"{file.Name} says {match.Value}"));
        Assert.Empty(wrong);
    }

    private static IEnumerable<Type> Signatures(Type type)
    {
        if (type.BaseType is { } parent)
            yield return parent;
        foreach (Type contract in type.GetInterfaces())
            yield return contract;
        foreach (FieldInfo field in type.GetFields(All).Where(field => field.IsPublic || field.IsFamily))
            yield return field.FieldType;
        foreach (MethodBase method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)))
        {
            if (!method.IsPublic && !method.IsFamily)
                continue;
            if (method is MethodInfo { ReturnType: var returned })
                yield return returned;
            foreach (ParameterInfo parameter in method.GetParameters())
                yield return parameter.ParameterType;
        }
    }

    private static IEnumerable<Type> Parts(Type type) => type.HasElementType
        ? Parts(type.GetElementType()!)
        : type.GetGenericArguments().SelectMany(Parts).Append(type);

    [GeneratedRegex(@"(?<=[\s""(])--[a-z][a-z-]*")]
    private static partial Regex Flag();
}
