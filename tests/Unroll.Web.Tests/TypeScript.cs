using System.Diagnostics;
using Unroll.Tests;

namespace Unroll.Web.Tests;

/// <summary>The TypeScript compiler of the page, which reads what is written as literals of what the page declares.</summary>
internal static class TypeScript
{
    /// <summary>Where the page's sources are.</summary>
    public static string Client { get; } =
        Path.Combine(RepositoryRoot.Path, "src", "Unroll.Web", "client").Replace('\\', '/');

    /// <summary>
    /// Source behind a tuple <c>pages</c> that does not compile when a type declares what none of the pages has, and names it.
    /// </summary>
    /// <param name="type">The declared type.</param>
    public static string FindUnwritten(string type) => $$"""
        type Keys<T> = T extends unknown ? keyof T : never;
        type Field<T, K> = T extends unknown ? (K extends keyof T ? T[K] : never) : never;
        type Unwritten<Declared, Written> =
          Declared extends readonly (infer Item)[] ? Unwritten<Item, Extract<Written, readonly unknown[]>[number]>
          : Declared extends object
            ? string extends keyof Declared ? never
              : {
                  [K in keyof Declared]-?: K extends Keys<Written> ? Unwritten<Declared[K], Field<Written, K>> : K
                }[keyof Declared]
            : never;
        declare const unwritten: Unwritten<{{type}}, (typeof pages)[number]>;
        export const nothingUnwritten: never = unwritten;

        """;

    /// <summary>Compiles a source.</summary>
    /// <param name="folder">Where it is written.</param>
    /// <param name="source">The source.</param>
    public static (int ExitCode, string Errors) Compile(TemporaryFolder folder, string source)
    {
        string project = folder.Write("tsconfig.json", $$"""
            {
              "extends": "{{Client}}/tsconfig.json",
              "compilerOptions": { "types": [], "noErrorTruncation": true },
              "files": ["pages.ts"],
              "include": []
            }
            """);
        folder.Write("pages.ts", source);
        string[] arguments = [$"{Client}/node_modules/@typescript/native/bin/tsc", "-p", project];
        using Process compiler = Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true })!;
        string errors = compiler.StandardOutput.ReadToEnd();
        compiler.WaitForExit();
        return (compiler.ExitCode, errors);
    }
}
