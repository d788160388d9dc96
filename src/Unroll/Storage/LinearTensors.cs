using System.Text;
using System.Text.Unicode;
using Unroll.Terms;
using Unroll.Text;

namespace Unroll.Storage;

/// <summary>A model's linear part in its files: <c>terms.txt</c>, and three tensors of <c>model.safetensors</c>.</summary>
/// <remarks>
/// In PyTorch it is <c>nn.EmbeddingBag(F, C, mode="sum")</c> with x as <c>per_sample_weights</c>, plus a bias.
/// </remarks>
internal static class LinearTensors
{
    /// <summary>W by columns, [F,C].</summary>
    public const string Weight = "linear.weight";

    /// <summary>r of the terms, [F]; no layer of PyTorch has one.</summary>
    public const string Rarity = "linear.rarity";

    private const string Bias = "linear.bias";
    private const string Restore = "restore the folder or train again";

    /// <summary>The content of <c>terms.txt</c>: a term a line.</summary>
    public static byte[] WriteTerms(LinearPart part) =>
        Encoding.UTF8.GetBytes(string.Concat(part.Terms.Names.Select(name => name + "\n")));

    /// <summary>Reads what <see cref="WriteTerms"/> wrote. A term may begin with any character, a byte-order mark too.</summary>
    /// <param name="bytes">The content of <c>terms.txt</c>.</param>
    /// <param name="source">Its path, for errors.</param>
    /// <exception cref="InputException">It is no UTF-8, or its last line has no end.</exception>
    public static TermNames ReadTerms(byte[] bytes, string source)
    {
        if (!Utf8.IsValid(bytes))
            throw new InputException($"{source}: no UTF-8, expected a term a line; {Restore}");
        if (bytes is not [.., (byte)'\n'])
            throw new InputException($"{source}: the last line does not end, expected a term a line; {Restore}");
        return new TermNames(bytes);
    }

    /// <summary>Refuses terms that are not as many as the weights; other shapes are compared with the rest.</summary>
    /// <param name="tensors">The tensors.</param>
    /// <param name="terms">F.</param>
    /// <param name="source">The path of <c>terms.txt</c>, for errors.</param>
    /// <param name="file">The name of the tensors' file.</param>
    /// <exception cref="InputException">They are not.</exception>
    public static void RequireRows(SafetensorsFile tensors, int terms, string source, string file)
    {
        if (tensors.Tensors.TryGetValue(Weight, out TensorEntry? weight) && weight.Shape is [long rows, _] && rows != terms)
        {
            throw new InputException(
                $"{source}: {terms} terms, and {Weight} of {file} has {rows} rows, expected a row a term; {Restore}");
        }
    }

    /// <summary>Names and shapes of the tensors.</summary>
    /// <param name="terms">F.</param>
    /// <param name="classes">C.</param>
    public static IReadOnlyList<(string Name, IReadOnlyList<int> Shape)> Shapes(int terms, int classes) =>
        [(Weight, [terms, classes]), (Bias, [classes]), (Rarity, [terms])];

    /// <summary>The tensors.</summary>
    public static IReadOnlyList<NamedTensor> Of(LinearPart part)
    {
        ReadOnlyMemory<float>[] values = [part.Weight, part.Bias, part.Terms.Rarity];
        return
        [
            .. Shapes(part.Terms.Count, part.Classes).Zip(values, (shape, of) => new NamedTensor(shape.Name, shape.Shape, of)),
        ];
    }

    /// <summary>Reads a linear part.</summary>
    /// <param name="names">The lines of <c>terms.txt</c>.</param>
    /// <param name="read">Gives the values of a tensor by its name.</param>
    /// <param name="kind">What a token of the model is.</param>
    /// <param name="source">The path of <c>terms.txt</c>, for errors.</param>
    /// <exception cref="InputException">A term stands twice.</exception>
    public static LinearPart Read(IReadOnlyList<string> names, Func<string, float[]> read, TokenKind kind, string source)
    {
        try
        {
            return new LinearPart(new TermTable(names, read(Rarity), kind), read(Weight), read(Bias));
        }
        catch (InputException e)
        {
            throw new InputException($"{source}: {e.Message}; {Restore}", e);
        }
    }
}
