namespace Unroll.Classroom.Tests;

/// <summary>A sheet with a mistake that was put in on purpose.</summary>
/// <param name="Kind">The mistake.</param>
/// <param name="Way">How it is written.</param>
/// <param name="Total">The marks that it should have, of 20.</param>
/// <param name="Remark">A part of the remark that names it.</param>
/// <param name="Sheet">The sheet.</param>
internal sealed record PlantedMistake(string Kind, string Way, double Total, string Remark, string Sheet)
{
    /// <summary>Kind and way, which no other sheet has.</summary>
    public string Name => $"{Kind}, {Way}";
}

/// <summary>Right answers of the lab with one mistake each; every kind at least twice, written in different ways and
/// sizes.</summary>
internal static class PlantedMistakes
{
    private const string Tanh = "s[t][i] = Math.Tanh(a);";
    private const string Sum = "double a = U[i, x] + b[i, 0];";
    private const string Recurrent = "a += W[i, j] * s[t - 1][j];";
    private const string Derivative = "double da = ds[i] * (1 - s[t][i] * s[t][i]);";
    private const string Back = "dsBefore[j] += W[i, j] * da;";
    private const string Column = "int x = Array.IndexOf(vocabulary, sentence[t - 1]); // U x_t is the column x of U";
    private const string Steps = "Step(W, dW); Step(U, dU); Step(b, db); Step(Wout, dWout); Step(bOut, dbOut);";
    private const string OneStep = "parameter[i, j] -= learningRate * gradient[i, j];";
    private const string Dy = "double dy = p[k] - (k == label ? 1 : 0);";
    private const string Logit = "y[k] += Wout[k, j] * s[^1][j];";
    private const string Softmax = "double[] p = Softmax(y);";
    private const string Loop = "for (int t = sentence.Length; t >= 1; t--)";
    private const string Samples = "samples = [(good, 1), (bad, 0)];";
    private const string Training = "// ---- Training loop.\n";
    private const string ZeroGradients = """
                double[,] dW = new double[H, H], dU = new double[H, I], db = new double[H, 1];
                double[,] dWout = new double[C, H], dbOut = new double[C, 1];

        """;

    private static readonly (string, string) Wide = ("I = 5, H = 2, C = 2;", "I = 5, H = 6, C = 2;");
    private static readonly (string, string) Three = ("I = 5, H = 2, C = 2;", "I = 5, H = 3, C = 2;");

    /// <summary>All of them.</summary>
    public static readonly PlantedMistake[] All =
    [
        Of("tanh' forgotten", "in da_t", 18.5, "without tanh': da_t", (Derivative, "double da = ds[i];")),
        Of("tanh' forgotten", "wide, by a function", 18.5, "without tanh': da_t", Wide,
            (Derivative, "double da = Times(ds[i], Slope(s[t][i]));"),
            ("static double[] Softmax(double[] y)",
                "static double Times(double a, double b) => a * b;\nstatic double Slope(double s) => 1;\n\n"
                    + "static double[] Softmax(double[] y)")),
        Of("last step only", "loop ends at T", 18.5, "one time step only",
            (Loop, "for (int t = sentence.Length; t >= sentence.Length; t--)")),
        Of("last step only", "break", 18.5, "one time step only", Three, ("ds = dsBefore;", "break;")),
        Of("W not transposed", "index", 18.5, "W not transposed", (Back, "dsBefore[j] += W[j, i] * da;")),
        Of("W not transposed", "wide", 18.5, "W not transposed", Wide, (
            Back, "dsBefore[i] += W[i, j] * (ds[j] * (1 - s[t][j] * s[t][j]));")),
        Of("bias not updated", "b", 19, "b did not change", ("Step(b, db);", "")),
        Of("bias not updated", "b_out", 19, "b_out did not change", Three, ("dbOut[k, 0] += dy;", "")),
        Of("wrong sign", "of the step", 17.5, "the sign of the update is wrong",
            ("-= learningRate * gradient", "+= learningRate * gradient")),
        Of("wrong sign", "of dy", 17.5, "the sign of the update is wrong", Wide, (
            Dy, "double dy = (k == label ? 1 : 0) - p[k];")),
        Of("gradients not reset", "ever", 17.5, "gradients not reset", (ZeroGradients, ""), (Training, ZeroGradients)),
        Of("gradients not reset", "but each epoch", 17.5, "gradients not reset", Three, (ZeroGradients, ""),
            ("    foreach ((string[] sentence, int label) in samples)\n",
                ZeroGradients + "    foreach ((string[] sentence, int label) in samples)\n")),
        Of("output layer frozen", "no step", 18, "the output layer is frozen", (" Step(Wout, dWout); Step(bOut, dbOut);", "")),
        Of("output layer frozen", "rate 0", 18, "the output layer is frozen", Wide,
            ("Step(Wout, dWout); Step(bOut, dbOut);", "if (epoch == 0) { Step(Wout, dWout); Step(bOut, dbOut); }")),
        Of("softmax twice", "in the loss", 17.5, "softmax were taken twice", (Softmax, "double[] p = Softmax(Softmax(y));")),
        Of("softmax twice", "in the logits", 19, "softmax taken twice", Three, ("return (s, y);", "return (s, Softmax(y));")),

        Of("logits from the wrong state", "s_(T-1)", 19, "logits are from the wrong state, s_(T-1)",
            (Logit, "y[k] += Wout[k, j] * s[^2][j];")),
        Of("logits from the wrong state", "mean", 19, "logits are from the wrong state, the mean", Wide,
            (Logit, "y[k] += Wout[k, j] * s.Skip(1).Average(state => state[j]);")),
        Of("b added twice", "2 b", 18.5, "b is added twice", (Sum, "double a = U[i, x] + 2 * b[i, 0];")),
        Of("b added twice", "after the loop", 18.5, "b is added twice", Three, (Tanh, "a += b[i, 0];\n            " + Tanh)),
        Of("b added H times", "in the inner loop", 18.5, "b is added H times", Wide, (Sum, "double a = U[i, x];"),
            (Recurrent, "a += W[i, j] * s[t - 1][j] + b[i, 0];")),
        Of("b missing", "state", 18.5, "b is missing", (Sum, "double a = U[i, x];")),
        Of("b missing", "output", 19, "b_out is missing", Wide, ("y[k] = bOut[k, 0];", "y[k] = 0;")),
        Of("wrong word", "next word", 18.5, "step t reads word t + 1",
            (Column, "int x = Array.IndexOf(vocabulary, sentence[Math.Min(t, sentence.Length - 1)]);")),
        Of("wrong word", "column by place", 18.5, "column t of U, whatever the word", Wide, (Column, "int x = t - 1;")),
        Of("wrong word", "column after", 18.5, "the column of U after the word's own", Three, (
            Column, "int x = (Array.IndexOf(vocabulary, sentence[t - 1]) + 1) % I;")),
        Of("wrong word in dU", "word before", 19.5, "the column of word t - 1",
            ("int x = Array.IndexOf(vocabulary, sentence[t - 1]);\n            double[] dsBefore",
                "int x = Array.IndexOf(vocabulary, sentence[Math.Max(t - 2, 0)]);\n            double[] dsBefore")),
        Of("only one sentence trained", "continue", 17.5, "only one sentence is trained",
            (Softmax, "if (label == 0)\n            continue;\n        " + Softmax)),
        Of("only one sentence trained", "step skipped", 17.5, "only one sentence is trained", Wide, (
            Steps, "if (label == 0)\n        {\n            " + Steps + "\n        }")),
        Of("softmax over the wrong axis", "all ones", 17.5, "softmax were taken over the wrong axis",
            (Softmax, "double[] p = [.. y.Select(value => Softmax([value])[0])];")),
        Of("softmax over the wrong axis", "rows", 17.5, "softmax were taken over the wrong axis", Three,
            (Softmax,
                "double[] p = new double[C];\n        for (int k = 0; k < C; k++)\n"
                + "            p[k] = Math.Exp(y[k]) / Math.Exp(y[k]);")),
        Of("label swapped in the gradient", "1 - label", 17.5, "label were swapped in the gradient",
            (Dy, "double dy = p[k] - (k == 1 - label ? 1 : 0);")),
        Of("label swapped in the gradient", "other way round", 17.5, "label were swapped in the gradient", Wide, (
            Dy, "double dy = k == label ? p[k] : p[k] - 1;")),
        Of("label swapped in the samples", "both", 15, "label swapped in the samples",
            (Samples, "samples = [(good, 0), (bad, 1)];")),
        Of("label swapped in the samples", "one", 17.5, "label swapped in the samples", Three, (
            Samples, "samples = [(good, 1), (bad, 1)];")),
        Of("tanh' missing for one parameter", "b", 19.5, "without tanh' in it", ("db[i, 0] += da;", "db[i, 0] += ds[i];")),
        Of("tanh' missing for one parameter", "W", 19.5, "without tanh' in it", Wide, (
            "dW[i, j] += da * s[t - 1][j];", "dW[i, j] += ds[i] * s[t - 1][j];")),
        Of("tanh' missing for one parameter", "U", 19.5, "without tanh' in it", Three, ("dU[i, x] += da;", "dU[i, x] += ds[i];")),
        Of("tanh' missing on the way back", "Wᵀ ds", 18.5, "without tanh' on the way back", Three, (
            Back, "dsBefore[j] += W[i, j] * ds[i];")),
        Of("back-propagation cut", "after two steps", 18.5, "cut after two steps",
            (Loop, "for (int t = sentence.Length; t >= sentence.Length - 1; t--)")),
        Of("back-propagation cut", "after three", 19, "without the first time step", Wide, (
            Loop, "for (int t = sentence.Length; t > 1; t--)")),
        Of("squared error's gradient", "through softmax", 17.5, "mean squared error of p",
            (Dy,
                "double e0 = p[0] - (label == 0 ? 1 : 0), e1 = p[1] - (label == 1 ? 1 : 0);\n"
                + "            double dy = 2 * p[k] * ((k == 0 ? e0 : e1) - p[0] * e0 - p[1] * e1);")),
        Of("squared error's gradient", "of the logits", 17.5, "mean squared error of the logits", Wide, (
            Dy, "double dy = y[k] - (k == label ? 1 : 0);")),
        Of("gradient clipped", "each number", 17.5, "clipped, each number at ±0.05",
            (OneStep, "parameter[i, j] -= learningRate * Math.Clamp(gradient[i, j], -0.05, 0.05);")),
        Of("gradient clipped", "norm of all", 17.5, "clipped, the norm of all gradients at 0.5", Three,
            (Steps, """
                double norm = 0;
                        foreach (double[,] d in new[] { dW, dU, db, dWout, dbOut })
                            foreach (double g in d)
                                norm += g * g;
                        double shrink = Math.Min(1, 0.5 / Math.Sqrt(norm));
                        foreach (double[,] d in new[] { dW, dU, db, dWout, dbOut })
                            for (int i = 0; i < d.GetLength(0); i++)
                                for (int j = 0; j < d.GetLength(1); j++)
                                    d[i, j] *= shrink;
                """ + "\n        " + Steps)),
        Of("Wᵀ throughout", "both ways", 18.5, "W is transposed", (Recurrent, "a += W[j, i] * s[t - 1][j];"),
            ("dW[i, j] += da * s[t - 1][j];", "dW[j, i] += da * s[t - 1][j];"), (Back, "dsBefore[j] += W[j, i] * da;")),
        Of("Wᵀ throughout", "forward alone", 18.5, "W is transposed", Wide, (Recurrent, "a += W[j, i] * s[t - 1][j];")),
        Of("state overwritten in place", "unit by unit", 18.5, "the state is overwritten in place", Three,
            (Recurrent, "a += W[i, j] * (j < i ? s[t][j] : s[t - 1][j]);")),
        Of("state overwritten in place", "one array", 18.5, "the state is overwritten in place",
            ("double[][] s = [new double[H], .. sentence.Select(_ => new double[H])];",
                "double[] one = new double[H];\n    double[][] s = [one, .. sentence.Select(_ => one)];")),
        Of("all weights zero", "new arrays", 18.5, "W, U and W_out are 0 everywhere at the start",
            ("double[,] W = random.Normal(H, H), U = random.Normal(H, I), b = random.Normal(H, 1);",
                "double[,] W = new double[H, H], U = new double[H, I], b = new double[H, 1];"),
            ("double[,] Wout = random.Normal(C, H), bOut = random.Normal(C, 1);",
                "double[,] Wout = new double[C, H], bOut = new double[C, 1];")),
        Of("all weights zero", "W alone", 19.5, "W is 0 everywhere at the start", Wide, (
            "W = random.Normal(H, H)", "W = new double[H, H]")),
        Of("sigmoid for tanh", "with its derivative", 18.5, "s_t is the logistic sigmoid",
            (Tanh, "s[t][i] = 1 / (1 + Math.Exp(-a));"),
            (Derivative, "double da = ds[i] * s[t][i] * (1 - s[t][i]);")),
        Of("sigmoid for tanh", "forward alone", 18.5, "s_t is the logistic sigmoid", Wide, (
            Tanh, "s[t][i] = Math.Exp(a) / (Math.Exp(a) + 1);")),
        Of("ReLU for tanh", "with its derivative", 18.5, "(ReLU)", Wide, (Tanh, "s[t][i] = Math.Max(0, a);"),
            (Derivative, "double da = s[t][i] > 0 ? ds[i] : 0;")),
        Of("ReLU for tanh", "if", 18.5, "(ReLU)", Wide, (Tanh, "if (a > 0)\n                s[t][i] = a;"),
            (Derivative, "double da = s[t][i] > 0 ? ds[i] : 0;")),
        Of("tanh missing", "sum itself", 18.5, "s_t is the sum itself",
            (Tanh, "s[t][i] = a;"),
            (Derivative, "double da = ds[i];"),
            ("learningRate = 0.1;", "learningRate = 0.01;")),
        Of("rate decays", "each epoch", 17.5, "a learning rate that decays",
            (OneStep, "parameter[i, j] -= rate * gradient[i, j];"),
            ("static void Step(", "void Step("),
            ("double[] lossHistory = new double[epochs];",
                "double[] lossHistory = new double[epochs];\ndouble rate = learningRate;"),
            ("    if (epoch % 50 == 0)", "    rate *= 0.99;\n    if (epoch % 50 == 0)")),
        Of("rate decays", "every hundred epochs", 17.5, "a learning rate that decays", Wide, (
            OneStep, "parameter[i, j] -= rate * gradient[i, j];"),
            ("static void Step(", "void Step("),
            ("double[] lossHistory = new double[epochs];",
                "double[] lossHistory = new double[epochs];\ndouble rate = learningRate;"),
            ("    if (epoch % 50 == 0)", "    if (epoch % 100 == 0)\n        rate /= 2;\n    if (epoch % 50 == 0)")),
        Of("momentum", "0.9", 17.5, "with momentum 0.9", Velocity("0.9 * v[i, j] + gradient[i, j]")),
        Of("momentum", "0.5, wide", 17.5, "with momentum 0.5", [Wide, .. Velocity("0.5 * v[i, j] + gradient[i, j]")]),
        Of("weight decay", "in the gradient", 17.5, "with weight decay",
            (OneStep, "parameter[i, j] -= learningRate * (gradient[i, j] + 0.01 * parameter[i, j]);")),
        Of("weight decay", "after the step", 17.5, "with weight decay", Three, (
            OneStep, "parameter[i, j] = (parameter[i, j] - learningRate * gradient[i, j]) * 0.999;")),
        Of("state carried over", "s_0", 18.5, "the state is carried over",
            ("double[] lossHistory = new double[epochs];",
                "double[] lossHistory = new double[epochs];\ndouble[] last = new double[H];"),
            ("    // ---- TODO 3: output", "    last = s[^1];\n    // ---- TODO 3: output"),
            ("double[][] s = [new double[H],", "double[][] s = [last,")),
        Of("state carried over", "hidden from s_0", 18.5, "the state is carried over", Three,
            ("double[] lossHistory = new double[epochs];",
                "double[] lossHistory = new double[epochs];\ndouble[] h = new double[H];"),
            (Recurrent, "a += W[i, j] * h[j];"),
            ("            s[t][i] = Math.Tanh(a);\n        }\n",
                "            s[t][i] = Math.Tanh(a);\n        }\n        h = s[t];\n")),
        Of("s_t for s_(t-1) in dW", "index", 19.5, "s_t in place of s_(t-1)",
            ("dW[i, j] += da * s[t - 1][j];", "dW[i, j] += da * s[t][j];")),
        Of("output updated first", "step too early", 18.5, "as if W_out had been updated first",
            ("ds[j] += Wout[k, j] * dy;", "ds[j] += (Wout[k, j] -= learningRate * dy * s[^1][j]) * dy;"),
            ("Step(Wout, dWout); ", "")),
        Of("ds not set to zero", "accumulated", 18.5, "ds_t added to ds_(t-1)", Wide, (
            "double[] dsBefore = new double[H];\n            for", "double[] dsBefore = [.. ds];\n            for")),
        Of("label missing in dy", "p alone", 17.5, "dy were p", (Dy, "double dy = p[k];")),
        Of("the smaller logit decides", "argmin", 15, "the larger logit decides",
            ("logits[1] > logits[0] ? 1 : 0", "logits[1] < logits[0] ? 1 : 0")),
        Of("Adam", "by the book", 17.5, "Adam's step",
            ("Step(W, dW); Step(U, dU); Step(b, db); Step(Wout, dWout); Step(bOut, dbOut);",
                "n++; Step(0, W, dW); Step(1, U, dU); Step(2, b, db); Step(3, Wout, dWout); Step(4, bOut, dbOut);"),
            ("double[] lossHistory = new double[epochs];",
                "double[] lossHistory = new double[epochs];\nint n = 0;\n"
                + "double[][,] m = [new double[H, H], new double[H, I], new double[H, 1], new double[C, H], new double[C, 1]];\n"
                + "double[][,] v = [new double[H, H], new double[H, I], new double[H, 1], new double[C, H], new double[C, 1]];"),
            ("static void Step(double[,] parameter", "void Step(int p, double[,] parameter"),
            (OneStep,
                "{\n                m[p][i, j] = 0.9 * m[p][i, j] + 0.1 * gradient[i, j];\n"
                + "                v[p][i, j] = 0.999 * v[p][i, j] + 0.001 * gradient[i, j] * gradient[i, j];\n"
                + "                parameter[i, j] -= 0.01 * (m[p][i, j] / (1 - Math.Pow(0.9, n))) "
                + "/ (Math.Sqrt(v[p][i, j] / (1 - Math.Pow(0.999, n))) + 1e-8);\n            }")),
        Of("wrong loss", "base 10", 19.5, "logarithm to base 10", ("-Math.Log(p[label])", "-Math.Log10(p[label])")),
        Of("wrong loss", "other label", 19.5, "-log p of the other label", Wide, (
            "-Math.Log(p[label])", "-Math.Log(p[1 - label])")),
    ];

    private static PlantedMistake Of(
        string kind, string way, double total, string remark, params (string Old, string New)[] edits) =>
        new(kind, way, total, remark, StudentSheets.EditSolution(edits));

    // A step with a velocity for each parameter.
    private static (string Old, string New)[] Velocity(string next) =>
    [
        (Steps, "Step(W, dW, vW); Step(U, dU, vU); Step(b, db, vb); Step(Wout, dWout, vWout); Step(bOut, dbOut, vbOut);"),
        ("double[] lossHistory = new double[epochs];", "double[] lossHistory = new double[epochs];\n"
            + "double[,] vW = new double[H, H], vU = new double[H, I], vb = new double[H, 1], "
            + "vWout = new double[C, H], vbOut = new double[C, 1];"),
        ("static void Step(double[,] parameter, double[,] gradient)",
            "static void Step(double[,] parameter, double[,] gradient, double[,] v)"),
        (OneStep,
            "{\n                v[i, j] = " + next + ";\n                parameter[i, j] -= learningRate * v[i, j];\n"
            + "            }"),
    ];
}
