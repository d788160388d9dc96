// The lab from scratch: a vanilla recurrent network reads "The movie is good" or "The movie is bad", one word
// at a time, and says which it was. Arrays and loops, nothing else. Run it with:      dotnet run lab/lab.cs
//
//   hidden state   s_t = tanh(W s_{t-1} + U x_t + b),  s_0 = 0      x_t is the one-hot vector of word t
//   output layer   y = W_out s_T + b_out                            after the last word, T
//   prediction     p = softmax(y)
System.Globalization.CultureInfo.CurrentCulture = System.Globalization.CultureInfo.InvariantCulture;
Console.OutputEncoding = new System.Text.UTF8Encoding(false);

// ---- Vocabulary: a word's place is the place of the 1 in its one-hot vector.
string[] vocabulary = ["The", "movie", "is", "good", "bad"];

// ---- Samples: a sentence and its label.
string[] labels = ["bad", "good"];
string[] good = ["The", "movie", "is", "good"], bad = ["The", "movie", "is", "bad"];
(string[] Sentence, int Label)[] samples = [(good, 1), (bad, 0)];

// ---- Parameters: every one from a standard normal.
const int I = 5, H = 2, C = 2; // sizes of the input, the hidden state and the output
var random = new TorchRandom(42);
double[,] W = random.Normal(H, H), U = random.Normal(H, I), b = random.Normal(H, 1);
double[,] Wout = random.Normal(C, H), bOut = random.Normal(C, 1);

// ---- Training set-up.
const double learningRate = 0.1;
const int epochs = 300;
double[] lossHistory = new double[epochs];

// ---- Training loop.
for (int epoch = 1; epoch <= epochs; epoch++)
{
    foreach ((string[] sentence, int label) in samples)
    {
        (double[][] s, double[] p) = Forward(sentence);

        // Loss: cross-entropy, -log p of the right label.
        lossHistory[epoch - 1] -= Math.Log(p[label]);

        // Back-propagation through time. A d before a name means: the gradient of the loss by it.
        double[,] dW = new double[H, H], dU = new double[H, I], db = new double[H, 1];
        double[,] dWout = new double[C, H], dbOut = new double[C, 1];
        double[] ds = new double[H];
        for (int k = 0; k < C; k++)
        {
            double dy = p[k] - (k == label ? 1 : 0); // through the logarithm and the softmax at once
            dbOut[k, 0] += dy;
            for (int j = 0; j < H; j++)
            {
                dWout[k, j] += dy * s[^1][j];
                ds[j] += Wout[k, j] * dy;
            }
        }
        for (int t = sentence.Length; t >= 1; t--) // from the last word back to the first
        {
            int x = Array.IndexOf(vocabulary, sentence[t - 1]);
            double[] dsBefore = new double[H];
            for (int i = 0; i < H; i++)
            {
                double da = ds[i] * (1 - s[t][i] * s[t][i]); // tanh' = 1 - tanh²
                db[i, 0] += da;
                dU[i, x] += da; // x_t is 1 here and 0 elsewhere
                for (int j = 0; j < H; j++)
                {
                    dW[i, j] += da * s[t - 1][j];
                    dsBefore[j] += W[i, j] * da;
                }
            }
            ds = dsBefore;
        }

        // Manual SGD: every parameter takes one step against its gradient.
        Step(W, dW); Step(U, dU); Step(b, db); Step(Wout, dWout); Step(bOut, dbOut);
    }
    if (epoch % 50 == 0)
        Console.WriteLine($"Epoch [{epoch}/{epochs}] - Loss: {lossHistory[epoch - 1]:F4}");
}

// ---- Loss curve, where there is a screen to draw it on.
if (!Console.IsOutputRedirected)
{
    Console.WriteLine($"\n{"Training Loss Curve",42}\nTotal Loss");
    for (double level = 2; level > 0; level -= 0.125)
        Console.WriteLine($"{level,6:F2} |{string.Concat(lossHistory.Chunk(5).Select(c => c[0] >= level ? '#' : ' '))}");
    Console.WriteLine($"{0,6:F2} +{new string('-', 60)}\n{1,9}{"Epoch",31}{epochs,28}");
}

// ---- Test.
Console.WriteLine("\n==== Testing ====");
foreach (string[] sentence in new[] { bad, good })
{
    double[] p = Forward(sentence).Probabilities;
    int prediction = p[1] > p[0] ? 1 : 0;
    Console.WriteLine($"Sentence: ['{string.Join("', '", sentence)}'] → Prediction: {prediction} ({labels[prediction]})");
}

// The network reads a sentence: s[t] is the hidden state after word t, s[0] is zero.
(double[][] States, double[] Probabilities) Forward(string[] sentence)
{
    // Hidden state update.
    double[][] s = [new double[H], .. sentence.Select(_ => new double[H])];
    for (int t = 1; t <= sentence.Length; t++)
    {
        int x = Array.IndexOf(vocabulary, sentence[t - 1]);
        for (int i = 0; i < H; i++)
        {
            double a = U[i, x] + b[i, 0]; // U x_t is the column of U that the word names
            for (int j = 0; j < H; j++)
                a += W[i, j] * s[t - 1][j];
            s[t][i] = Math.Tanh(a);
        }
    }
    // Output layer and softmax.
    double[] p = new double[C];
    for (int k = 0; k < C; k++)
    {
        double y = bOut[k, 0];
        for (int j = 0; j < H; j++)
            y += Wout[k, j] * s[^1][j];
        p[k] = Math.Exp(y);
    }
    double sum = p.Sum();
    return (s, [.. p.Select(e => e / sum)]);
}

static void Step(double[,] parameter, double[,] gradient)
{
    for (int i = 0; i < parameter.GetLength(0); i++)
        for (int j = 0; j < parameter.GetLength(1); j++)
            parameter[i, j] -= learningRate * gradient[i, j];
}

// ---- Random numbers that are PyTorch's: the Mersenne Twister MT19937 and the Box-Muller transform, so that
// seed 42 means here what it means there. Any other normal numbers would learn as well.
sealed class TorchRandom
{
    readonly uint[] state = new uint[624];
    int position = 624;
    double? kept;

    public TorchRandom(uint seed)
    {
        state[0] = seed;
        for (int i = 1; i < 624; i++)
            state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >> 30)) + (uint)i;
    }

    public double[,] Normal(int rows, int columns)
    {
        double[,] values = new double[rows, columns];
        for (int i = 0; i < rows * columns; i++)
            values[i / columns, i % columns] = (float)NextNormal();
        return values;
    }

    double NextNormal()
    {
        if (kept is { } second)
        {
            kept = null;
            return second;
        }
        double angle = 2 * Math.PI * NextUniform(), radius = Math.Sqrt(-2 * Math.Log(1 - NextUniform()));
        kept = radius * Math.Sin(angle);
        return radius * Math.Cos(angle);
    }

    double NextUniform() => ((((ulong)NextBits() << 32) | NextBits()) & ((1UL << 53) - 1)) / (double)(1UL << 53);

    uint NextBits()
    {
        for (int i = 0; i < 624 && position == 624; i++)
        {
            uint mixed = (state[i] & 0x80000000) | (state[(i + 1) % 624] & 0x7fffffff);
            state[i] = state[(i + 397) % 624] ^ (mixed >> 1) ^ (mixed % 2 * 0x9908b0df);
        }
        uint bits = state[position %= 624];
        position++;
        bits ^= bits >> 11;
        bits ^= (bits << 7) & 0x9d2c5680;
        bits ^= (bits << 15) & 0xefc60000;
        return bits ^ (bits >> 18);
    }
}
