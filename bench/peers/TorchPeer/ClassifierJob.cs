using System.Diagnostics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchPeer;

/// <summary>
/// The job of torch_classifier.py: embedding, one recurrent layer, the last state, linear; Adam, cross-entropy, clipped
/// gradients; batches of rows of similar length. A JSON line an epoch.
/// </summary>
internal static class ClassifierJob
{
    public static void Run(Options options)
    {
        string cell = options.Text("--cell", "lstm");
        int embedding = options.Number("--embedding", 100), hidden = options.Number("--hidden", 128);
        int batchSize = options.Number("--batch", 32), epochs = options.Number("--epochs", 3);
        int seed = options.Number("--seed", 42);
        bool packed = options.Has("--packed"), lazy = options.Has("--lazy");
        double learningRate = options.Real("--lr", 0.001);
        random.manual_seed(seed);
        var data = new TextData(options[0], options[1]);
        using LazyEmbedding? vectors = lazy ? new LazyEmbedding(data.VocabularySize, embedding, learningRate) : null;
        using var net = new Net(cell, data.VocabularySize, embedding, hidden, data.Labels, packed, vectors);
        using CrossEntropyLoss lossOf = nn.CrossEntropyLoss();
        using var optimizer = optim.Adam(net.parameters(), lr: learningRate);
        Parameter[] parameters = [.. net.parameters()];
        var order = new Random(seed);

        for (int epoch = 1; epoch <= epochs; epoch++)
        {
            net.train();
            double total = 0;
            long tokens = 0, start = Stopwatch.GetTimestamp();
            foreach (int[] rows in TextData.Batches(data.Train, batchSize, order))
            {
                using DisposeScope scope = NewDisposeScope();
                (Tensor ids, Tensor lengths, Tensor labels) = TextData.Tensors(data.Train, rows);
                optimizer.zero_grad();
                Tensor loss = lossOf.call(net.call(ids, lengths), labels);
                loss.backward();
                nn.utils.clip_grad_norm_(vectors is null ? parameters : parameters.Append(vectors.Rows), 1);
                optimizer.step();
                vectors?.Update();
                total += loss.item<float>() * rows.Length;
                foreach (int row in rows)
                    tokens += data.Train[row].Ids.Length;
            }
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

            net.eval();
            long right = 0;
            using (no_grad())
            {
                foreach (int[] rows in TextData.Batches(data.Test, batchSize, null))
                {
                    using DisposeScope scope = NewDisposeScope();
                    (Tensor ids, Tensor lengths, Tensor labels) = TextData.Tensors(data.Test, rows);
                    right += net.call(ids, lengths).argmax(1).eq(labels).sum().item<long>();
                }
            }
            double peak = Process.GetCurrentProcess().PeakWorkingSet64 >> 20;
            Console.WriteLine(
                $"{{\"peer\":\"{Versions.Peer}\",\"cell\":\"{cell}\",\"packed\":{(packed ? "true" : "false")},"
                    + $"\"lazy\":{(lazy ? "true" : "false")},\"threads\":{get_num_threads()},\"epoch\":{epoch},"
                    + $"\"loss\":{total / data.Train.Count:F4},\"accuracy\":{(double)right / data.Test.Count:F4},"
                    + $"\"train_seconds\":{seconds:F2},\"tokens_per_second\":{tokens / seconds:F0},\"peak_mb\":{peak}}}");
        }
    }

    private sealed class Net : nn.Module<Tensor, Tensor, Tensor>
    {
        private readonly Embedding? _embedding;
        private readonly Recurrent _recurrent;
        private readonly Linear _output;
        private readonly bool _packed;
        private readonly LazyEmbedding? _vectors;

        public Net(string cell, int vocabulary, int embedding, int hidden, int labels, bool packed, LazyEmbedding? vectors)
            : base(nameof(Net))
        {
            _vectors = vectors;
            if (vectors is null)
                _embedding = nn.Embedding(vocabulary, embedding, padding_idx: TextData.Padding);
            _recurrent = new Recurrent(cell, embedding, hidden);
            _output = nn.Linear(hidden, labels);
            _packed = packed;
            RegisterComponents();
        }

        public override Tensor forward(Tensor ids, Tensor lengths)
        {
            Tensor words = _vectors is null ? _embedding!.call(ids) : _vectors.Read(ids, training);
            Tensor states = _packed ? _recurrent.Packed(words, lengths) : _recurrent.call(words);
            Tensor last = states[lengths - 1, arange(ids.shape[1])];
            return _output.call(last);
        }
    }
}
