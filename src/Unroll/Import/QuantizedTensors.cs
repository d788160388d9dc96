namespace Unroll.Import;

/// <summary>Tensors of a quantised model: integers with scales beside them, which are not the weights themselves.</summary>
internal static class QuantizedTensors
{
    /// <summary>Refuses a state dict that has some.</summary>
    /// <exception cref="InputException">It has.</exception>
    public static void Refuse(StateDict tensors)
    {
        if (tensors.Names.FirstOrDefault(name => IsQuantized(name, tensors.All[name].DType)) is { } quantized)
        {
            throw new InputException(
                $"{tensors.Source}: {quantized} is {tensors.All[quantized].DType}, as of a quantised model, expected weights of "
                + "floats; save the state dict of the model before it was quantised, or dequantise the weights in Python: "
                + "(weight - zero_point) * scale");
        }
    }

    private static bool IsQuantized(string name, string dtype)
    {
        string[] parts = ["_packed_params", "_all_weight_values", "zero_point", "qweight", "qzeros"];
        return parts.Any(part => name.Contains(part, StringComparison.Ordinal))
            || (dtype is "I8" or "U8" && name.Contains("weight", StringComparison.Ordinal));
    }
}
