#:property TreatWarningsAsErrors=false
#:property EnforceCodeStyleInBuild=false
#:property RunAnalyzers=false
// The lab, your sheet: a vanilla recurrent network reads "The movie is good" or "The movie is bad", one word at a
// time, and says which it was. Fill in TODO 1 to 5; the sheet runs from the start and says what is still to do:
//                                                                                  dotnet run template.cs
//   hidden state   s_t = tanh(W s_{t-1} + U x_t + b),  s_0 = 0      x_t is the one-hot vector of word t
//   output layer   y = W_out s_T + b_out                            after the last word, T
//   prediction     p = softmax(y)
//
// Leave the lines that begin with Report where they are: the mark is made from what they say.
System.Globalization.CultureInfo.CurrentCulture = System.Globalization.CultureInfo.InvariantCulture;
Console.OutputEncoding = new System.Text.UTF8Encoding(false);

// ---- Vocabulary: a word's place is the place of the 1 in its one-hot vector.
string[] vocabulary = ["The", "movie", "is", "good", "bad"];

// ---- Samples: a sentence and its label.
string[] labels = ["bad", "good"];
string[] good = ["The", "movie", "is", "good"], bad = ["The", "movie", "is", "bad"];
(string[] Sentence, int Label)[] samples = [(good, 1), (bad, 0)];

// ---- Set-up: H and the learning rate are yours to change.
const int I = 5, H = 2, C = 2; // sizes of the input, the hidden state and the output
const double learningRate = 0.1;
const int epochs = 300;
double[] lossHistory = new double[epochs];

// ---- TODO 1: parameters. Give each its shape, and draw every number from a standard normal.
//      W is H × H, U is H × I, b is H × 1, W_out is C × H, b_out is C × 1.
//      random.Normal(rows, columns) draws; in the order W, U, b, W_out, b_out the numbers are PyTorch's for seed 42.
var random = new TorchRandom(42);
double[,] W = new double[0, 0], U = new double[0, 0], b = new double[0, 0];
double[,] Wout = new double[0, 0], bOut = new double[0, 0];

Report.Begin(I, H, C, learningRate, W, U, b, Wout, bOut);

// ---- Training loop.
for (int epoch = 1; epoch <= epochs; epoch++)
{
    foreach ((string[] sentence, int label) in samples)
    {
        (double[][] s, double[] y) = Forward(sentence);

        // Loss: cross-entropy, -log p of the right label.
        double[] p = Softmax(y);
        double loss = -Math.Log(p[label]);
        lossHistory[epoch - 1] += loss;
        Report.Forward(sentence, label, s, y, loss);

        // ---- TODO 4: back-propagation through time, then one step of SGD. A d before a name: the gradient of the loss by it.
        //      dy = p, less 1 at the label      dW_out = dy s_Tᵀ      db_out = dy      ds_T = W_outᵀ dy
        //      for t = T … 1:      da_t = ds_t ⊙ (1 - s_t²)           because tanh' = 1 - tanh²
        //                          dW += da_t s_{t-1}ᵀ      dU += da_t x_tᵀ      db += da_t      ds_{t-1} = Wᵀ da_t
        //      then for every parameter:      parameter -= learningRate × its gradient

        Report.Update(W, U, b, Wout, bOut);
    }
    if (epoch % 50 == 0)
        Console.WriteLine($"Epoch [{epoch}/{epochs}] - Loss: {lossHistory[epoch - 1]:F4}");
}

// ---- Loss curve, where there is a screen to draw it on.
if (!Console.IsOutputRedirected && lossHistory.Max() is > 0 and var highest)
{
    Console.WriteLine($"\n{"Training Loss Curve",42}\nTotal Loss");
    double[][] columns = [.. lossHistory.Chunk((epochs + 59) / 60)];
    for (double row = 10; row > 0; row--)
    {
        IEnumerable<char> marks = columns.Select(column => column[0] > (row - 0.5) / 10 * highest ? '#' : ' ');
        Console.WriteLine($"{row / 10 * highest,6:F2} |{string.Concat(marks)}");
    }
    Console.WriteLine($"{0,6:F2} +{new string('-', 60)}\n{1,9}{"Epoch",31}{epochs,28}");
}

// ---- Test.
Console.WriteLine("\n==== Testing ====");
foreach (string[] sentence in new[] { bad, good })
{
    // ---- TODO 5: let the network read the sentence; the prediction is the label with the larger logit.
    int prediction = -1;

    string name = prediction >= 0 ? labels[prediction] : "to do";
    Console.WriteLine($"Sentence: ['{string.Join("', '", sentence)}'] → Prediction: {prediction} ({name})");
    Report.Test(sentence, prediction);
}
Report.End(lossHistory, W, U, b, Wout, bOut);

// The network reads a sentence: s[t] is the hidden state after word t, s[0] is zero, y are the logits.
(double[][] States, double[] Logits) Forward(string[] sentence)
{
    double[][] s = [new double[H], .. sentence.Select(_ => new double[H])];
    for (int t = 1; t <= sentence.Length; t++)
    {
        int x = Array.IndexOf(vocabulary, sentence[t - 1]); // U x_t is the column x of U

        // ---- TODO 2: hidden state update, s_t = tanh(W s_{t-1} + U x_t + b).
    }

    // ---- TODO 3: output layer, y = W_out s_T + b_out. No softmax here: it is taken in the training loop.
    double[] y = new double[C];
    return (s, y);
}

static double[] Softmax(double[] y)
{
    double[] p = [.. y.Select(value => Math.Exp(value - y.Max()))];
    double sum = p.Sum();
    return [.. p.Select(value => value / sum)];
}

// ---- Nothing to do from here on.

// What the sheet computed, a line of JSON each, into the file that the environment variable UNROLL_TRACE names.
static partial class Report
{
    const int MostCharacters = 16 << 20; // of all epochs together; what comes later is left out

    static readonly string? file =
        Environment.GetEnvironmentVariable("UNROLL_TRACE") is { Length: > 0 } name ? Path.GetFullPath(name) : null;
    static readonly SortedSet<string> toDo = [];
    static string parameters = "";
    static int sentences, updates, written;

    public static void Begin(
        int inputs, int hidden, int classes, double learningRate, Array W, Array U, Array b, Array Wout, Array bOut)
    {
        string sizes = $"\"inputs\":{inputs},\"hidden\":{hidden},\"classes\":{classes}";
        Write($$"""{"trace":"unroll-lab/2",{{sizes}},"learning_rate":{{Json(learningRate)}}}""");
        OnBegin([W, U, b, Wout, bOut]);
        parameters = Parameters(W, U, b, Wout, bOut);
        Write($$"""{"parameters":"initial",{{parameters}}}""");
        if (W.Length == 0 || U.Length == 0 || b.Length == 0 || Wout.Length == 0 || bOut.Length == 0)
            toDo.Add("TODO 1: parameters");
    }

    public static void Forward(string[] sentence, int label, Array states, Array logits, double loss)
    {
        sentences++;
        string given = $"\"sentence\":{Json(sentence)},\"label\":{label}";
        string found = $"\"hidden\":{Json(states)},\"logits\":{Json(logits)},\"loss\":{Json(loss)}";
        if (written < MostCharacters)
            Write($$"""{"forward":{{sentences}},{{given}},{{found}}}""");
        if (sentences > 2)
            return;
        if (IsZero(states))
            toDo.Add("TODO 2: hidden state update");
        if (IsZero(logits))
            toDo.Add("TODO 3: output layer");
    }

    public static void Update(Array W, Array U, Array b, Array Wout, Array bOut)
    {
        updates++;
        string updated = Parameters(W, U, b, Wout, bOut);
        if (written < MostCharacters)
            Write($$"""{"parameters":"update {{updates}}",{{updated}}}""");
        OnUpdate(updates, [W, U, b, Wout, bOut]);
        if (updates <= 2 && updated == parameters)
            toDo.Add("TODO 4: back-propagation and SGD");
    }

    public static void Test(string[] sentence, int prediction)
    {
        Write($$"""{"test":{{Json(sentence)}},"prediction":{{prediction}}}""");
        if (prediction < 0)
            toDo.Add("TODO 5: the test");
    }

    public static void End(Array lossHistory, Array W, Array U, Array b, Array Wout, Array bOut)
    {
        Write($$"""{"parameters":"final",{{Parameters(W, U, b, Wout, bOut)}}}""");
        Write($$"""{"loss_history":{{Json(lossHistory)}}}""");
        if (toDo.Count > 0)
            Console.WriteLine($"\nStill to do:\n  {string.Join("\n  ", toDo)}");
    }

    public static uint Seed(uint seed)
    {
        OnSeed(ref seed);
        return seed;
    }

    // Whoever marks the sheet runs it again with other numbers; here these do nothing.
    static partial void OnBegin(Array[] parameters);
    static partial void OnUpdate(int update, Array[] parameters);
    static partial void OnSeed(ref uint seed);

    static string Parameters(Array W, Array U, Array b, Array Wout, Array bOut) =>
        $"\"W\":{Json(W)},\"U\":{Json(U)},\"b\":{Json(b)},\"W_out\":{Json(Wout)},\"b_out\":{Json(bOut)}";

    static bool IsZero(object value) =>
        value is Array array ? array.Cast<object>().All(IsZero) : Convert.ToDouble(value) == 0;

    static string Json(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        Array { Rank: 2 } table => List(Enumerable.Range(0, table.GetLength(0)).Select(row =>
            List(Enumerable.Range(0, table.GetLength(1)).Select(column => Json(table.GetValue(row, column)))))),
        Array list => List(list.Cast<object?>().Select(Json)),
        _ when Convert.ToDouble(value) is var number && double.IsFinite(number) => number.ToString("R"),
        _ => $"\"{value}\"",
    };

    static string List(IEnumerable<string> values) => $"[{string.Join(",", values)}]";

    static void Write(string line)
    {
        written += line.Length;
        if (file is not null)
            File.AppendAllText(file, line + "\n");
    }
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
        state[0] = Report.Seed(seed);
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
