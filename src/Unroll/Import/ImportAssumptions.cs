using Unroll.Storage;
using Unroll.Text;

namespace Unroll.Import;

/// <summary>What a state dict does not say of its model, and what was assumed in its place, a line each.</summary>
internal static class ImportAssumptions
{
    public static IEnumerable<string> Of(ModelConfig config, TorchImportOptions options, Vocabulary vocabulary)
    {
        if (config.IsTransformer)
        {
            foreach (string assumption in OfTransformer(config, options))
                yield return assumption;
        }
        if (options.Pooling is null && config.Pooling == Pooling.Last)
        {
            yield return "the file does not say how states are pooled: last (h_n) was taken; "
                + "give TorchImportOptions.Pooling = Mean or Max if the model does so";
        }
        if (config is { Pooling: Pooling.Last, Bidirectional: true })
        {
            yield return "last is h_n of both directions, forward first. output[:, -1] is another vector: its second half has "
                + "read "
                + "the last word alone. Unroll does not compute that, and a model that reads it answers otherwise: compare some "
                + "answers with PyTorch's";
        }
        if (config.Pooling == Pooling.Attention)
            yield return "attention was taken to score a word by query·tanh(W h + b), as Unroll's does";
        if (!config.IsTransformer && RecurrentCells.Of(config.Cell) is { ReadsNonlinearity: true } cell
            && options.Nonlinearity is null)
        {
            yield return $"the file does not say the {cell.TorchModule}'s nonlinearity: tanh was taken; "
                + "give TorchImportOptions.Nonlinearity = Relu if the model has it";
        }
        yield return $"the file does not say how texts are cut: {Describe(config.Tokens)}; give TorchImportOptions.Tokens "
            + $"{(config.Tokens.Lowercase ? "or Tokenizer.Lowercase = false " : "")}if the model was trained otherwise";
        yield return "texts are read as by model.eval() with packed batches: no dropout, no padding, nothing cut off; "
            + "batch_first makes no difference; functions without tensors, such as a relu before the linear layer, cannot be "
            + "seen in the file, and none was taken";
        string[] around = SpecialTokens.FindOfSentences(vocabulary.Tokens);
        if (around.Length > 0)
        {
            yield return $"the vocabulary has {string.Join(" and ", around.Take(4))}: Unroll does not put such tokens around a "
                + "text, so a model that was trained with them answers otherwise";
        }
    }

    private static IEnumerable<string> OfTransformer(ModelConfig config, TorchImportOptions options)
    {
        if (options.Pooling is null && config.Pooling == Pooling.Mean)
        {
            yield return "the file does not say how states are pooled: their mean over a text's words was taken; "
                + "give TorchImportOptions.Pooling = Max or Last if the model does so";
        }
        if (options.Norm is null)
        {
            yield return "the file does not say where the layer norms stand: after, PyTorch's default, was taken; "
                + "give TorchImportOptions.Norm = Before for norm_first=True";
        }
        if (!options.ScaledWords)
        {
            yield return "word vectors were taken as they are; give TorchImportOptions.ScaledWords = true if forward() "
                + "multiplies them by the root of their width";
        }
        if (options.PositionScale is null && config.Transformer.Positions == Positions.Sinusoidal)
        {
            yield return "sinusoidal positions were taken as they are; give TorchImportOptions.PositionScale if forward() scales "
                + "them: a model that Unroll trained has position_scale in its config.json";
        }
        yield return "the Transformer was taken to have relu, eps 1e-5 and src_key_padding_mask, and no mask that hides later "
            + "words";
    }

    private static string Describe(Tokenizer tokens)
    {
        string where = tokens.Kind switch
        {
            TokenKind.Whitespace => "at white space",
            TokenKind.Word => "into words and marks",
            TokenKind.Char => "into characters",
            _ => throw new ArgumentOutOfRangeException(nameof(tokens), tokens.Kind, "no such kind of tokens"),
        };
        return where + (tokens.Lowercase ? ", lower-cased" : ", letters as they are");
    }
}
