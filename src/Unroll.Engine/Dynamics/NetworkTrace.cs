using Unroll.Engine.Batches;
using Unroll.Engine.Layers;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;

namespace Unroll.Engine.Dynamics;

/// <summary>What one layer computed in one direction, step by step.</summary>
/// <param name="Layer">The layer, from 0, the lowest.</param>
/// <param name="IsReverse">Whether it reads from the last step to the first.</param>
/// <param name="Hidden">h, [T][H]: the layer's output, of a Transformer's top layer behind its last norm.</param>
/// <param name="Cell">c, [T][H]; empty for cells without cell state.</param>
/// <param name="Gates">Each gate by its name, after its function, [T][H].</param>
public sealed record RecurrentTrace(
    int Layer, bool IsReverse, IReadOnlyList<float[]> Hidden, IReadOnlyList<float[]> Cell,
    IReadOnlyList<(string Name, float[][] Values)> Gates);

/// <summary>What the heads of one layer of a Transformer read.</summary>
/// <param name="Layer">The layer, from 0, the lowest.</param>
/// <param name="Weights">[heads][T][T]: how much each step (row) reads of each.</param>
public sealed record AttentionTrace(int Layer, IReadOnlyList<float[][]> Weights);

/// <summary>One sequence's way through a network and back: what the engine itself computes, taken out of its buffers.</summary>
/// <param name="Logits">z, [C].</param>
/// <param name="States">Every layer and direction.</param>
/// <param name="AttentionWeights">α, [T]; empty for other poolings.</param>
/// <param name="HiddenGradient">‖∂z/∂h_t‖ of the top layer for the chosen z, [T].</param>
/// <param name="InputGradient">‖∂z/∂x_t‖, [T].</param>
/// <param name="GradientTimesInput">∂z/∂x_t · x_t, [T].</param>
public sealed record NetworkTrace(
    float[] Logits, IReadOnlyList<RecurrentTrace> States, float[] AttentionWeights, double[] HiddenGradient,
    double[] InputGradient, double[] GradientTimesInput)
{
    // Weights of attention grow with the square of the steps.
    private const int MostStepsOfHeads = 256;

    /// <summary>
    /// Every layer of a Transformer; none for a recurrent network, and for sequences of more than 256 steps, whose weights would
    /// be too many to look at.
    /// </summary>
    public IReadOnlyList<AttentionTrace> Heads { get; init; } = [];

    /// <summary>Runs a network on the ids of one sequence.</summary>
    /// <param name="network">The network.</param>
    /// <param name="ids">At least one.</param>
    /// <param name="unknown">The pieces of words that the network does not know; null for none.</param>
    /// <param name="gradientOf">Says dz of the logits, [C] both.</param>
    public static NetworkTrace Of(Network network, int[] ids, SubwordLists? unknown, Func<float[], float[]> gradientOf)
    {
        var texts = new EncodedTexts { UnknownWords = unknown ?? new SubwordLists() };
        texts.Add(ids, label: 0);
        var batch = new Batch();
        batch.Fill(texts, [0]);
        var pass = new NetworkPass(network, WorkerPool.CallerAlone);
        pass.Buffers.MeasuresGradients = true;

        pass.Trace(batch);
        float[] logits = pass.Logits.ToArray();
        RecurrentTrace[] states = network.Config.IsTransformer
            ? [.. Enumerable.Range(0, network.Config.Layers).Select(layer => ReadTransformer(network, pass.Buffers, layer))]
            : [.. network.Layout.Recurrent().Select(at => ReadLayer(network, pass.Buffers, at.Layer, at.Direction))];
        AttentionTrace[] heads = ids.Length > MostStepsOfHeads ? [] : [.. ReadHeads(network, pass.Buffers)];
        float[] attention = pass.AttentionWeights.ToArray();

        // From here the gates are overwritten with da, and what heads read with its gradient.
        gradientOf(logits).CopyTo(pass.Buffers.Logits.Row(0));
        pass.BackwardOfTrace(new GradientSum(network, WorkerPool.CallerAlone));
        (double[] norms, double[] products) = network.Config.Embedding > 0
            ? ReadWordVectorGradients(pass.Buffers, ids.Length)
            : ReadOneHotGradients(network, pass.Buffers, ids);
        double[] hidden = [.. ids.Select((_, t) => pass.Buffers.GradientNorm(t))];
        GC.KeepAlive(pass);
        return new NetworkTrace(logits, states, attention, hidden, norms, products) { Heads = heads };
    }

    // Positions stand below the layers, and the norm behind them.
    private static RecurrentTrace ReadTransformer(Network network, PassBuffers buffers, int layer)
    {
        bool isTop = layer == network.Config.Layers - 1;
        return new RecurrentTrace(
            layer, IsReverse: false, Rows(buffers.States(isTop ? network.Layers.Count - 1 : layer + 1)), Cell: [], Gates: []);
    }

    private static IEnumerable<AttentionTrace> ReadHeads(Network network, PassBuffers buffers)
    {
        for (int layer = 0; layer < network.Layers.Count; layer++)
        {
            if (network.Layers[layer] is TransformerLayer transformer)
            {
                var pass = (TransformerLayerPass)buffers.Layer(layer);
                yield return new AttentionTrace(transformer.Index, pass.AttentionWeights());
            }
        }
    }

    // With one sentence the packed rows are its words.
    private static RecurrentTrace ReadLayer(Network network, PassBuffers buffers, int layer, int direction)
    {
        if (buffers.Layer(layer) is not RecurrentLayerPass pass)
            throw new ArgumentException("only recurrent layers have states and gates to look at", nameof(network));
        int width = network.Config.Hidden;
        float[][] hidden = Rows(buffers.States(layer).ColumnsFrom(direction * width, width));
        float[][] cell = network.Layout.Cell.HasCellState ? Rows(pass.Memory(direction).ColumnsFrom(0, width)) : [];
        IEnumerable<(string, float[][])> gates = network.Layout.Cell.GateNames
            .Select((name, gate) => (name, Rows(pass.Gates(direction).ColumnsFrom(gate * width, width))));
        return new RecurrentTrace(layer, direction == 1, hidden, cell, [.. gates]);
    }

    private static (double[] Norms, double[] Products) ReadWordVectorGradients(PassBuffers buffers, int words)
    {
        double[] norms = new double[words];
        double[] products = new double[words];
        for (int t = 0; t < words; t++)
        {
            ReadOnlySpan<float> x = buffers.Embedded.Row(t);
            ReadOnlySpan<float> dx = buffers.DEmbedded.Row(t);
            norms[t] = Math.Sqrt(Dot(dx, dx));
            products[t] = Dot(dx, x);
        }
        return (norms, products);
    }

    // x_t is 1 at the word and 0 elsewhere, so of dx_t = W_ihᵀ da_t only the word's own entry counts: its column of W_ih times
    // da_t.
    private static (double[] Norms, double[] Products) ReadOneHotGradients(Network network, PassBuffers buffers, int[] ids)
    {
        double[] products = new double[ids.Length];
        Parameter[] tables = [.. network.Layout.Parameters.Where(parameter => parameter.IsTable)];
        for (int direction = 0; direction < tables.Length; direction++)
        {
            int width = tables[direction].TableWidth;
            ReadOnlySpan<float> table = network.Parameters.Stored(tables[direction]);
            Matrix da = buffers.TableGradients(direction).ColumnsFrom(0, width);
            for (int t = 0; t < ids.Length; t++)
                products[t] += Dot(table.Slice(ids[t] * width, width), da.Row(t));
        }
        return ([.. products.Select(Math.Abs)], products);
    }

    private static float[][] Rows(in Matrix matrix)
    {
        float[][] rows = new float[matrix.Rows][];
        for (int t = 0; t < rows.Length; t++)
            rows[t] = matrix.Row(t).ToArray();
        return rows;
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += (double)a[i] * b[i];
        return sum;
    }
}
