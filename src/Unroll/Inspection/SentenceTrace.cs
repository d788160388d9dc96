using Unroll.Batches;
using Unroll.Evaluation;
using Unroll.Layers;
using Unroll.Models;
using Unroll.Threading;

namespace Unroll.Inspection;

/// <summary>One sentence's way through a network and back: what the engine itself computes, taken out of its buffers.</summary>
/// <param name="Logits">z, [C].</param>
/// <param name="States">Every layer and direction.</param>
/// <param name="AttentionWeights">α, [T]; empty for other poolings.</param>
/// <param name="HiddenGradient">‖∂z/∂h_t‖ of the top layer for the largest z, [T].</param>
/// <param name="InputGradient">‖∂z/∂x_t‖, [T].</param>
/// <param name="GradientTimesInput">∂z/∂x_t · x_t, [T].</param>
internal sealed unsafe record SentenceTrace(
    float[] Logits, IReadOnlyList<LayerTrace> States, float[] AttentionWeights, double[] HiddenGradient, double[] InputGradient,
    double[] GradientTimesInput)
{
    /// <summary>Runs a network on the ids of one sentence.</summary>
    public static SentenceTrace Of(Network network, int vocabularySize, int[] ids)
    {
        var texts = new EncodedTexts();
        texts.Add(ids, label: 0);
        var batch = new Batch();
        batch.Fill(texts, [0]);
        var pass = new NetworkPass(network, WorkerPool.CallerAlone);
        pass.Buffers.MeasuresGradients = true;

        pass.Trace(batch);
        float[] logits = pass.Logits.ToArray();
        LayerTrace[] states = [.. network.Layout.Recurrent().Select(at => ReadLayer(network, pass.Buffers, at.Layer, at.Direction, ids.Length))];
        float[] attention = pass.AttentionWeights.ToArray();

        // From here the gates are overwritten with da. dz is 1 for the predicted class and 0 for the others.
        var dLogits = new Span<float>(pass.Buffers.Logits, logits.Length);
        dLogits.Clear();
        dLogits[Argmax.Of(logits)] = 1;
        pass.BackwardOfTrace(new GradientSum(network, vocabularySize, WorkerPool.CallerAlone));
        (double[] norms, double[] products) = network.Config.Embedding > 0
            ? ReadWordVectorGradients(network, pass.Buffers, ids.Length)
            : ReadOneHotGradients(network, pass.Buffers, ids);
        double[] hidden = [.. ids.Select((_, t) => pass.Buffers.GradientNorm(t))];
        return new SentenceTrace(logits, states, attention, hidden, norms, products);
    }

    // With one sentence the packed rows are its words.
    private static LayerTrace ReadLayer(Network network, PassBuffers buffers, int layer, int direction, int words)
    {
        int width = network.Config.Hidden;
        int index = layer * network.Directions + direction;
        int columns = network.Layout.Cell.Columns * width;
        float[][] hidden = Rows(words, buffers.States(layer) + direction * width, network.Config.StateSize, width);
        float[][] cell = network.Layout.Cell.HasCellState ? Rows(words, buffers.Cells(index), width, width) : [];
        GateTrace[] gates = [.. GateNames(network.Config.Cell).Select((name, gate) => new GateTrace(name, Rows(words, buffers.Gates(index) + gate * width, columns, width)))];
        return new LayerTrace(layer, direction == 1, hidden, cell, gates);
    }

    /// <summary>The gates of a cell in the order of their columns; the GRU's fourth column is a sum, not a gate.</summary>
    internal static string[] GateNames(Cell cell) => cell switch
    {
        Cell.Lstm => ["input", "forget", "cell_candidate", "output"],
        Cell.Gru => ["reset", "update", "new"],
        _ => [],
    };

    private static (double[] Norms, double[] Products) ReadWordVectorGradients(Network network, PassBuffers buffers, int words)
    {
        double[] norms = new double[words];
        double[] products = new double[words];
        int width = network.Config.Embedding;
        for (int t = 0; t < words; t++)
        {
            var x = new ReadOnlySpan<float>(buffers.Embedded + (long)t * width, width);
            var dx = new ReadOnlySpan<float>(buffers.DEmbedded + (long)t * width, width);
            norms[t] = Math.Sqrt(Dot(dx, dx));
            products[t] = Dot(dx, x);
        }
        return (norms, products);
    }

    // x_t is 1 at the word and 0 elsewhere, so of dx_t = W_ihᵀ da_t only the word's own entry counts: its column of W_ih times da_t.
    private static (double[] Norms, double[] Products) ReadOneHotGradients(Network network, PassBuffers buffers, int[] ids)
    {
        double[] products = new double[ids.Length];
        int rows = network.Layout.Cell.Gates * network.Config.Hidden;
        int columns = network.Layout.Cell.Columns * network.Config.Hidden;
        for (int direction = 0; direction < network.Directions; direction++)
        {
            float* table = network.Parameters.PointerTo(network.InputWeight(direction));
            for (int t = 0; t < ids.Length; t++)
            {
                var column = new ReadOnlySpan<float>(table + (long)ids[t] * rows, rows);
                products[t] += Dot(column, new ReadOnlySpan<float>(buffers.Gates(direction) + (long)t * columns, rows));
            }
        }
        return ([.. products.Select(Math.Abs)], products);
    }

    private static float[][] Rows(int count, float* first, int row, int width)
    {
        float[][] rows = new float[count][];
        for (int t = 0; t < count; t++)
            rows[t] = new ReadOnlySpan<float>(first + (long)t * row, width).ToArray();
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
