using System.Text.RegularExpressions;

namespace Unroll.Import;

/// <summary>What the names of tensors tell, where shapes leave a choice.</summary>
internal static partial class TensorNames
{
    private static readonly string[] OfAttention =
    [
        "att", "attn", "atten", "attention", "score", "scores", "scorer", "energy", "align", "query", "context", "w", "v", "u",
        "q",
    ];

    private static readonly string[] OfNorms = ["ln", "bn", "gn", "rms", "gamma", "scale", "g"];

    /// <summary>The name up to the last dot; empty where there is none.</summary>
    public static string ModuleOf(string name) => name.LastIndexOf('.') is var dot and >= 0 ? name[..dot] : "";

    /// <summary>Whether it is a bias: <c>bias</c>, <c>b</c>, <c>b_out</c>, <c>beta</c>.</summary>
    public static bool IsBias(string name)
    {
        string last = name[(name.LastIndexOf('.') + 1)..].ToLowerInvariant();
        return last.Contains("bias", StringComparison.Ordinal) || WordsOf(last).Any(word => word is "b" or "beta");
    }

    /// <summary>Whether it is of a norm: <c>layer_norm.weight</c>, <c>ln.gamma</c>.</summary>
    public static bool IsNorm(string name) =>
        IsOfNormModule(name) || WordsOf(name).Any(word => OfNorms.Contains(word));

    /// <summary>Whether norm is in the name.</summary>
    public static bool IsOfNormModule(string name) =>
        WordsOf(name).Any(word => word.Contains("norm", StringComparison.Ordinal) && word != "normal");

    /// <summary>Whether it may be of attention: <c>attn.weight</c>, <c>score.weight</c>, <c>w</c>.</summary>
    public static bool IsOfAttention(string name) => WordsOf(name).Any(word => OfAttention.Contains(word));

    /// <summary>Whether it is the state before the first word: <c>h0</c>, <c>init_hidden</c>.</summary>
    public static bool IsInitialState(string name) => InitialState().IsMatch(name);

    /// <summary>Whether it is a gate's weight of an LSTM's cell state: <c>weight_ci</c>, <c>peephole_f</c>.</summary>
    public static bool IsPeephole(string name) => Peephole().IsMatch(name);

    /// <summary>Whether two names differ by their numbers alone, as in one chain: <c>fc</c> and <c>fc2</c>.</summary>
    public static bool DifferByNumber(string one, string other) =>
        one != other && Number().Replace(one, "") == Number().Replace(other, "");

    private static IEnumerable<string> WordsOf(string name) =>
        name.ToLowerInvariant().Split('.', '_').Select(word => word.TrimEnd("0123456789".ToCharArray()));

    [GeneratedRegex(
        @"(?:^|[._])(?:[hc]_?0(?:_.*)?|[hc]_?init(?:ial)?|(?:hidden|cell|state)_?0|" +
        @"init(?:ial)?_?(?:h|c|hx|cx|hidden|cell|states?)(?:_.*)?)$",
        RegexOptions.IgnoreCase)]
    private static partial Regex InitialState();

    [GeneratedRegex(@"peephole|(?:^|[._])(?:weight|w)_?c_?[ifo](?:_l[0-9]+)?(?:_reverse)?$", RegexOptions.IgnoreCase)]
    private static partial Regex Peephole();

    [GeneratedRegex(@"[0-9]+")]
    private static partial Regex Number();
}
