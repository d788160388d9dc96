using Unroll.Tests;

namespace Unroll.Classroom.Tests;

/// <summary>Students' sheets: the template, the template filled in, and ways to edit them.</summary>
internal static class StudentSheets
{
    /// <summary>The sheet that a student starts from.</summary>
    public static readonly string Template = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "lab", "template.cs"));

    private static readonly (string Old, string New)[] Answers =
    [
        ("double[,] W = new double[0, 0], U = new double[0, 0], b = new double[0, 0];",
            "double[,] W = random.Normal(H, H), U = random.Normal(H, I), b = random.Normal(H, 1);"),
        ("double[,] Wout = new double[0, 0], bOut = new double[0, 0];",
            "double[,] Wout = random.Normal(C, H), bOut = random.Normal(C, 1);"),
        ("        // ---- TODO 2: hidden state update, s_t = tanh(W s_{t-1} + U x_t + b).\n", """
                    for (int i = 0; i < H; i++)
                    {
                        double a = U[i, x] + b[i, 0];
                        for (int j = 0; j < H; j++)
                            a += W[i, j] * s[t - 1][j];
                        s[t][i] = Math.Tanh(a);
                    }

            """),
        ("    double[] y = new double[C];\n", """
                double[] y = new double[C];
                for (int k = 0; k < C; k++)
                {
                    y[k] = bOut[k, 0];
                    for (int j = 0; j < H; j++)
                        y[k] += Wout[k, j] * s[^1][j];
                }

            """),
        ("        //      then for every parameter:      parameter -= learningRate × its gradient\n", """
                    double[,] dW = new double[H, H], dU = new double[H, I], db = new double[H, 1];
                    double[,] dWout = new double[C, H], dbOut = new double[C, 1];
                    double[] ds = new double[H];
                    for (int k = 0; k < C; k++)
                    {
                        double dy = p[k] - (k == label ? 1 : 0);
                        dbOut[k, 0] += dy;
                        for (int j = 0; j < H; j++)
                        {
                            dWout[k, j] += dy * s[^1][j];
                            ds[j] += Wout[k, j] * dy;
                        }
                    }
                    for (int t = sentence.Length; t >= 1; t--)
                    {
                        int x = Array.IndexOf(vocabulary, sentence[t - 1]);
                        double[] dsBefore = new double[H];
                        for (int i = 0; i < H; i++)
                        {
                            double da = ds[i] * (1 - s[t][i] * s[t][i]);
                            db[i, 0] += da;
                            dU[i, x] += da;
                            for (int j = 0; j < H; j++)
                            {
                                dW[i, j] += da * s[t - 1][j];
                                dsBefore[j] += W[i, j] * da;
                            }
                        }
                        ds = dsBefore;
                    }
                    Step(W, dW); Step(U, dU); Step(b, db); Step(Wout, dWout); Step(bOut, dbOut);

            """),
        ("    int prediction = -1;\n", """
                double[] logits = Forward(sentence).Logits;
                int prediction = logits[1] > logits[0] ? 1 : 0;

            """),
        ("static double[] Softmax(double[] y)", """
            static void Step(double[,] parameter, double[,] gradient)
            {
                for (int i = 0; i < parameter.GetLength(0); i++)
                    for (int j = 0; j < parameter.GetLength(1); j++)
                        parameter[i, j] -= learningRate * gradient[i, j];
            }

            static double[] Softmax(double[] y)
            """),
    ];

    /// <summary>The template with all five TODOs filled in as in lab/lab.cs.</summary>
    public static readonly string Solution = Edit(Template, Answers);

    /// <summary>Edits the right answer.</summary>
    public static string EditSolution(params (string Old, string New)[] edits) => Edit(Solution, edits);

    /// <summary>Replaces texts, each of which must occur exactly once.</summary>
    private static string Edit(string sheet, params (string Old, string New)[] edits)
    {
        foreach ((string old, string replacement) in edits)
        {
            if (sheet.Split(old).Length != 2)
                throw new InvalidOperationException($"{sheet.Split(old).Length - 1} times in the sheet: {old}");
            sheet = sheet.Replace(old, replacement, StringComparison.Ordinal);
        }
        return sheet;
    }
}
