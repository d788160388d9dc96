using System.Globalization;
using Unroll.Engine.Cells;
using Unroll.Storage;

namespace Unroll.Export;

/// <summary>A recurrent network as C#.</summary>
internal static class CSharpRecurrent
{
    public static string Of(ModelConfig config)
    {
        (int states, string step) = StepOf(config);
        IRecurrentCell cell = RecurrentCells.Of(config.Cell);
        bool recurs = cell.Tensors.Any(tensor => tensor.Name == CellTensor.RecurrentWeight);
        bool isTorch = cell.TorchModule is not null;
        bool hasMemoryWeight = cell.Tensors.Any(tensor => tensor.Input == TensorInput.Memory);
        string words = config.Embedding > 0 ? CSharpWords.Read(config) : "";
        string fields = (config.Embedding > 0 ? CSharpWords.Fields(config) : "") + CSharpWords.PoolingFields(config);
        string more = (recurs ? "        private readonly float[] _recurrentWeight;\n" : "")
            + (isTorch ? "        private readonly float[] _secondBias;\n" : "")
            + (hasMemoryWeight ? "        private readonly float[] _memoryWeight;\n" : "");
        string width = config.Embedding > 0 ? config.Embedding.ToString(CultureInfo.InvariantCulture) : "vocabulary";
        return string.Create(CultureInfo.InvariantCulture, $$"""
            // Word vectors → recurrent layers → pooling → logits, in double precision. H hidden units, T tokens.
            private sealed class Network
            {
                private const int H = {{config.Hidden}};
                private const int Directions = {{config.Directions}};

                private readonly int _vocabulary;
                private readonly Layer[] _layers = new Layer[{{config.Layers * config.Directions}}];
            {{fields}}    private readonly float[] _outputWeight, _outputBias;

                public Network(Reader reader, int vocabulary)
                {
                    _vocabulary = vocabulary;
            {{words}}        for (int k = 0; k < _layers.Length; k++)
                    {
                        int inputs = k >= Directions ? Directions * H : {{width}};
                        _layers[k] = new Layer(reader, inputs, isOneHot: {{(config.Embedding > 0 ? "false" : "k < Directions")}});
                    }
            {{CSharpWords.PoolingRead(config)}}        _outputWeight = reader.Floats(Labels.Length, Directions * H);
                    _outputBias = reader.Floats(Labels.Length);
                }

                public double[] Logits(int[] ids, List<string> tokens)
                {
                    double[][] x = [.. ids.Select(id => {{(config.Embedding > 0 ? "Word(id, tokens)" : "new double[] { id }")}})];
                    for (int layer = 0; layer < _layers.Length / Directions; layer++)
                    {
                        double[][] y = [.. x.Select(_ => new double[Directions * H])];
                        for (int direction = 0; direction < Directions; direction++)
                        {
                            Layer at = _layers[layer * Directions + direction];
                            double[] s = new double[{{states}} * H];
                            for (int i = 0; i < x.Length; i++)
                            {
                                int t = direction == 0 ? i : x.Length - 1 - i;   // the second direction reads from the end
                                s = at.Step(x[t], s);
                                Array.Copy(s, 0, y[t], direction * H, H);
                            }
                        }
                        x = y;
                    }
                    return Product(_outputWeight, Pool(x), _outputBias);
                }

            {{(config.Embedding > 0 ? CSharpWords.Word(config) : "")}}{{CSharpWords.Pool(config)}}
                private static double[] Product(float[] weight, double[] x, float[]? bias = null)
                {
                    double[] product = new double[weight.Length / x.Length];
                    for (int row = 0; row < product.Length; row++)
                    {
                        double sum = bias is null ? 0 : bias[row];
                        for (int j = 0; j < x.Length; j++)
                            sum += weight[row * x.Length + j] * x[j];
                        product[row] = sum;
                    }
                    return product;
                }

                private static double Sigmoid(double a) => 1 / (1 + Math.Exp(-a));

                // {{config.Cell}}
                private sealed class Layer
                {
                    private readonly int _inputs;
                    private readonly bool _isOneHot;
                    private readonly float[] _inputWeight, _bias;
            {{more}}
                    public Layer(Reader reader, int inputs, bool isOneHot)
                    {
                        (_inputs, _isOneHot) = (inputs, isOneHot);
            {{TensorsOf(cell, config)}}        }

                    // s holds h, and behind it what else is carried on.
                    public double[] Step(double[] input, double[] s)
                    {
                        double[] x = _isOneHot ? Column((int)input[0]) : Product(_inputWeight, input);
            {{(recurs ? "            double[] u = Product(_recurrentWeight, s[..H]);\n" : "")}}            float[] b = _bias;
                        double[] next = new double[s.Length];
                        for (int j = 0; j < H; j++)
                        {
            {{step}}
                        }
                        return next;
                    }

                    private double[] Column(int column)
                    {
                        double[] x = new double[_inputWeight.Length / _inputs];
                        for (int row = 0; row < x.Length; row++)
                            x[row] = _inputWeight[row * _inputs + column];
                        return x;
                    }
                }
            }
            """);
    }

    private static string TensorsOf(IRecurrentCell cell, ModelConfig config)
    {
        // In the order of the file.
        string text = "";
        foreach (CellTensor tensor in cell.Tensors)
        {
            if (tensor.SecondBiasGate is not null)
                continue;
            string size = tensor.Name == CellTensor.InputWeight && config.Cell == Cell.Sru
                ? "(inputs == H && !isOneHot ? 3 : 4) * H"
                : string.Create(CultureInfo.InvariantCulture, $"{tensor.Gates} * H");
            text += tensor.Input switch
            {
                TensorInput.Input => $"            _inputWeight = reader.Floats({size}, inputs);\n",
                TensorInput.Hidden => $"            _recurrentWeight = reader.Floats({size}, H);\n",
                TensorInput.Memory => $"            _memoryWeight = reader.Floats({size});\n",
                TensorInput.None => $"            _bias = reader.Floats({size});\n",
                _ => throw new InvalidOperationException($"{tensor.Name} is multiplied with {tensor.Input}"),
            };
            if (tensor.Name == CellTensor.Bias && cell.TorchModule is not null)
            {
                text += string.Create(
                    CultureInfo.InvariantCulture,
                    $"            _secondBias = reader.Floats({tensor.Gates} * H);   // 0, but for what is added to W h alone\n");
            }
        }
        return text;
    }

    /// <summary>How many vectors of H a state has, and the equations of one unit.</summary>
    private static (int States, string Step) StepOf(ModelConfig config) => config.Cell switch
    {
        Cell.Rnn => (1, config.Nonlinearity == Nonlinearity.Relu
            ? "                next[j] = Math.Max(x[j] + u[j] + b[j], 0);"
            : "                next[j] = Math.Tanh(x[j] + u[j] + b[j]);"),
        Cell.Gru => (1, """
                            double r = Sigmoid(x[j] + u[j] + b[j]);
                            double z = Sigmoid(x[H + j] + u[H + j] + b[H + j]);
                            double n = Math.Tanh(x[2 * H + j] + b[2 * H + j] + r * (u[2 * H + j] + _secondBias[2 * H + j]));
                            next[j] = (1 - z) * n + z * s[j];
            """),
        Cell.Lstm => (2, """
                            double i = Sigmoid(x[j] + u[j] + b[j]);
                            double f = Sigmoid(x[H + j] + u[H + j] + b[H + j]);
                            double g = Math.Tanh(x[2 * H + j] + u[2 * H + j] + b[2 * H + j]);
                            double o = Sigmoid(x[3 * H + j] + u[3 * H + j] + b[3 * H + j]);
                            next[H + j] = f * s[H + j] + i * g;
                            next[j] = o * Math.Tanh(next[H + j]);
            """),
        Cell.MinGru => (1, """
                            double z = Sigmoid(x[j] + b[j]);
                            next[j] = (1 - z) * s[j] + z * (x[H + j] + b[H + j]);
            """),
        Cell.MinLstm => (1, """
                            double f = Sigmoid(x[j] + b[j]);
                            double i = Sigmoid(x[H + j] + b[H + j]);
                            double a = x[2 * H + j] + b[2 * H + j];
                            double kept = f / (f + i);
                            next[j] = kept * s[j] + (1 - kept) * (a >= 0 ? a + 0.5 : Sigmoid(a));
            """),
        Cell.Sru => (2, """
                            double c = s[H + j];
                            double f = Sigmoid(x[j] + _memoryWeight[j] * c + b[j]);
                            double r = Sigmoid(x[H + j] + _memoryWeight[H + j] * c + b[H + j]);
                            double highway = x.Length == 4 * H ? x[3 * H + j] : input[j];
                            next[H + j] = f * c + (1 - f) * x[2 * H + j];
                            next[j] = r * next[H + j] + (1 - r) * highway;
            """),
        Cell.Peephole => (2, """
                            double before = s[H + j];
                            double i = Sigmoid(x[j] + u[j] + b[j] + _memoryWeight[j] * before);
                            double f = Sigmoid(x[H + j] + u[H + j] + b[H + j] + _memoryWeight[H + j] * before);
                            double c = f * before + i * Math.Tanh(x[2 * H + j] + u[2 * H + j] + b[2 * H + j]);
                            double o = Sigmoid(x[3 * H + j] + u[3 * H + j] + b[3 * H + j] + _memoryWeight[2 * H + j] * c);
                            next[j] = o * Math.Tanh(c);
                            next[H + j] = c;
            """),
        Cell.Coupled => (2, """
                            double f = Sigmoid(x[j] + u[j] + b[j]);
                            double g = Math.Tanh(x[H + j] + u[H + j] + b[H + j]);
                            double o = Sigmoid(x[2 * H + j] + u[2 * H + j] + b[2 * H + j]);
                            next[H + j] = f * s[H + j] + (1 - f) * g;
                            next[j] = o * Math.Tanh(next[H + j]);
            """),
        Cell.Janet => (1, """
                            double a = x[j] + u[j] + b[j];
                            double g = Math.Tanh(x[H + j] + u[H + j] + b[H + j]);
                            next[j] = Sigmoid(a) * s[j] + Sigmoid(1 - a) * g;
            """),
        Cell.SLstm => (4, """
                            double log = x[j] + u[j] + b[j];
                            double forget = x[H + j] + u[H + j] + b[H + j];
                            double kept = Math.Min(forget, 0) - Math.Log(1 + Math.Exp(-Math.Abs(forget))) + s[3 * H + j];
                            double m = s[2 * H + j] > 0 ? Math.Max(kept, log) : log;
                            double i = Math.Exp(log - m), f = Math.Exp(kept - m);
                            next[H + j] = f * s[H + j] + i * Math.Tanh(x[2 * H + j] + u[2 * H + j] + b[2 * H + j]);
                            next[2 * H + j] = f * s[2 * H + j] + i;
                            next[3 * H + j] = m;
                            next[j] = Sigmoid(x[3 * H + j] + u[3 * H + j] + b[3 * H + j]) * next[H + j] / next[2 * H + j];
            """),
        Cell.DeltaNet => DeltaNetStep(config, most: 2),
        Cell.DeltaNet1 => DeltaNetStep(config, most: 1),
        _ => throw new InputException(
            $"a model of the cell {config.Cell} cannot be written as C# yet, expected another cell; export it to ONNX"),
    };

    // The state has h, and behind it a matrix [keys, units] for each head.
    private static (int States, string Step) DeltaNetStep(ModelConfig config, int most)
    {
        int head = RecurrentCells.Of(config.Cell).MemorySize(config.Hidden) / config.Hidden;
        return (1 + head, string.Create(CultureInfo.InvariantCulture, $$"""
                            const int D = {{head}};                      // units of a head
                            int start = j / D * D;
                            double queries = 1e-6, keys = 1e-6;          // squared lengths
                            for (int i = start; i < start + D; i++)
                            {
                                queries += (x[i] + b[i]) * (x[i] + b[i]);
                                keys += (x[H + i] + b[H + i]) * (x[H + i] + b[H + i]);
                            }
                            double write = {{most}} * Sigmoid(x[3 * H + j] + b[3 * H + j]);
                            double found = 0;                            // what stands under the key
                            for (int i = start; i < start + D; i++)
                                found += s[H + i * D + j - start] * (x[H + i] + b[H + i]) / Math.Sqrt(keys);
                            for (int i = start; i < start + D; i++)
                            {
                                int place = H + i * D + j - start;
                                double missing = x[2 * H + j] + b[2 * H + j] - found;
                                next[place] = s[place] + write * missing * (x[H + i] + b[H + i]) / Math.Sqrt(keys);
                                next[j] += next[place] * (x[i] + b[i]) / Math.Sqrt(queries);
                            }
            """));
    }
}
