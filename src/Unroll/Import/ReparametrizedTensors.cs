using System.Text.RegularExpressions;

namespace Unroll.Import;

/// <summary>
/// Tensors that PyTorch computes from others at every step: weight norm, spectral norm, pruning. The parts stand in the state
/// dict and the tensor itself does not, or not as it is used, so such a model has to be made plain before it is saved.
/// </summary>
internal static partial class ReparametrizedTensors
{
    /// <summary>Refuses a state dict that has some.</summary>
    /// <exception cref="InputException">It has; the message has the line of Python that makes the tensor plain.</exception>
    public static void Refuse(StateDict tensors)
    {
        foreach (string name in tensors.All.Keys.Order(StringComparer.Ordinal))
        {
            if (Find(tensors, name) is not var (module, tensor, what, python))
                continue;
            // The name of a module in a Sequential is a number, which is no attribute in Python.
            string owner = module.Length == 0 ? "model"
                : module.Split('.').All(part => char.IsAsciiLetter(part[0]) || part[0] == '_') ? $"model.{module}"
                : $"model.get_submodule(\"{module}\")";
            string advice = python.Replace("MODULE", owner, StringComparison.Ordinal)
                .Replace("TENSOR", tensor, StringComparison.Ordinal);
            string of = module.Length == 0 ? tensor : $"{module}.{tensor}";
            throw new InputException(
                $"{tensors.Source}: {name} is a part of {of} under {what}; make the tensor plain before saving: {advice}");
        }
    }

    private static (string Module, string Tensor, string What, string Python)? Find(StateDict tensors, string name)
    {
        if (Parametrization().Match(name) is { Success: true } part)
        {
            (string module, string tensor) = (part.Groups["module"].Value.TrimEnd('.'), part.Groups["tensor"].Value);
            string start = name[..(part.Groups["tensor"].Index + tensor.Length)];
            string what = tensors.All.ContainsKey(start + ".original1") ? "a parametrization (weight norm)"
                : tensors.All.ContainsKey(start + ".0._u") ? "a parametrization (spectral norm)"
                : "a parametrization";
            return (module, tensor, what, "torch.nn.utils.parametrize.remove_parametrizations(MODULE, \"TENSOR\")");
        }
        if (Part().Match(name) is not { Success: true } match || tensors.All.ContainsKey(match.Groups["whole"].Value))
            return null;
        string whole = match.Groups["whole"].Value;
        string owner = match.Groups["module"].Value.TrimEnd('.');
        string own = match.Groups["tensor"].Value;
        return match.Groups["end"].Value switch
        {
            "g" when Has("v") => (owner, own, "weight norm", "torch.nn.utils.remove_weight_norm(MODULE, \"TENSOR\")"),
            "orig" when Has("mask") => (owner, own, "pruning", "torch.nn.utils.prune.remove(MODULE, \"TENSOR\")"),
            "orig" when Has("u") => (owner, own, "spectral norm", "torch.nn.utils.remove_spectral_norm(MODULE, \"TENSOR\")"),
            "raw" => (owner, own, "weight drop", $"save the state dict with TENSOR_raw renamed to TENSOR"),
            _ => null,
        };

        bool Has(string end) => tensors.All.ContainsKey($"{whole}_{end}");
    }

    [GeneratedRegex(@"^(?<module>.*?)parametrizations\.(?<tensor>[^.]+)\.")]
    private static partial Regex Parametrization();

    [GeneratedRegex(@"^(?<whole>(?<module>.*?)(?<tensor>[^.]*(?:weight|bias)[^.]*))_(?<end>g|orig|raw)$")]
    private static partial Regex Part();
}
