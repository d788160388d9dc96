namespace TorchPeer;

/// <summary>The words of the command line: those that stand free, and the values of --names.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _named = [];
    private readonly List<string> _free = [];

    public Options(string[] args)
    {
        for (int i = 1; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
                _free.Add(args[i]);
            else if (i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal))
                _named[args[i]] = args[++i];
            else
                _named[args[i]] = "";
        }
    }

    public string this[int index] => _free[index];

    public string Text(string name, string otherwise) => _named.GetValueOrDefault(name, otherwise);

    public int Number(string name, int otherwise) => _named.TryGetValue(name, out string? text) ? int.Parse(text) : otherwise;

    public double Real(string name, double otherwise) =>
        _named.TryGetValue(name, out string? text) ? double.Parse(text) : otherwise;

    public bool Has(string name) => _named.ContainsKey(name);
}
