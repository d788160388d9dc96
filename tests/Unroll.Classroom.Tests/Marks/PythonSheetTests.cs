using System.Text.Json;
using Unroll.Classroom.Marks;
using Unroll.Classroom.Sheets;
using Unroll.Tests;
using Xunit;

namespace Unroll.Classroom.Tests.Marks;

/// <summary>Sheets in plain Python, and the same in a notebook.</summary>
public class PythonSheetTests
{
    // The right answer with lists alone.
    private const string Solution = """
        import math, random
        import report

        vocabulary = ["The", "movie", "is", "good", "bad"]
        samples = [(["The", "movie", "is", "good"], 1), (["The", "movie", "is", "bad"], 0)]
        I, H, C, rate = 5, 3, 2, 0.1
        random.seed(42)
        normal = lambda rows, columns: [[random.gauss(0, 1) for _ in range(columns)] for _ in range(rows)]
        W, U, b, W_out, b_out = normal(H, H), normal(H, I), normal(H, 1), normal(C, H), normal(C, 1)
        report.begin(I, H, C, rate, W, U, b, W_out, b_out)

        def forward(sentence):
            s = [[0.0] * H]
            for word in sentence:
                x = vocabulary.index(word)
                s.append([math.tanh(sum(W[i][j] * s[-1][j] for j in range(H)) + U[i][x] + b[i][0]) for i in range(H)])
            return s, [sum(W_out[k][j] * s[-1][j] for j in range(H)) + b_out[k][0] for k in range(C)]

        def step(parameter, gradient):
            for i in range(len(parameter)):
                for j in range(len(parameter[0])):
                    parameter[i][j] -= rate * gradient[i][j]

        zeros = lambda rows, columns: [[0.0] * columns for _ in range(rows)]
        history = []
        for epoch in range(300):
            total = 0
            for sentence, label in samples:
                s, y = forward(sentence)
                e = [math.exp(value) for value in y]
                p = [value / sum(e) for value in e]
                loss = -math.log(p[label])
                total += loss
                report.forward(sentence, label, s, y, loss)
                dy = [p[k] - (k == label) for k in range(C)]
                ds = [sum(W_out[k][j] * dy[k] for k in range(C)) for j in range(H)]
                dW, dU, db = zeros(H, H), zeros(H, I), zeros(H, 1)
                dW_out, db_out = [[dy[k] * s[-1][j] for j in range(H)] for k in range(C)], [[value] for value in dy]
                for t in range(len(sentence), 0, -1):
                    da = [ds[i] * (1 - s[t][i] ** 2) for i in range(H)]
                    for i in range(H):
                        db[i][0] += da[i]
                        dU[i][vocabulary.index(sentence[t - 1])] += da[i]
                        for j in range(H):
                            dW[i][j] += da[i] * s[t - 1][j]
                    ds = [sum(W[i][j] * da[i] for i in range(H)) for j in range(H)]
                for parameter, gradient in ((W, dW), (U, dU), (b, db), (W_out, dW_out), (b_out, db_out)):
                    step(parameter, gradient)
                report.update(W, U, b, W_out, b_out)
            history.append(total)

        for sentence in (["The", "movie", "is", "bad"], ["The", "movie", "is", "good"]):
            y = forward(sentence)[1]
            report.test(sentence, 1 if y[1] > y[0] else 0)
        report.end(history, W, U, b, W_out, b_out)

        """;

    private const string OwnOrder = "vocabulary = [\"bad\", \"good\", \"is\", \"movie\", \"The\"]";

    [Fact]
    public async Task Sheets_in_python_have_the_same_marks()
    {
        Assert.SkipWhen(await PythonInterpreter.Find() is null, "no Python 3 here");
        (string Name, string Text, double Total, string Remark)[] sheets =
        [
            ("right.py", Solution, 20, ""),
            ("right.ipynb", Notebook("%matplotlib inline\n" + Solution + "!ls\n"), 20, ""),
            ("order.py", Edit(("vocabulary = [\"The\", \"movie\", \"is\", \"good\", \"bad\"]", OwnOrder),
                ("W_out, b_out)\n\ndef forward", "W_out, b_out, vocabulary=vocabulary)\n\ndef forward")), 20, ""),
            ("tanh.py", Edit(("ds[i] * (1 - s[t][i] ** 2)", "ds[i]")), 18.5, "without tanh': da_t"),
            ("written.py", Edit(("1 if y[1] > y[0] else 0", "int(sentence[-1] == 'good')")), 15, "are written into the sheet"),
            ("crash.py", Edit(("dy = [p[k]", "dy = [q[k]")), 10, "crashed: line 35: NameError: name 'q' is not defined"),
            ("exit.py", Edit(("dy = [p[k]", "import sys; sys.exit('no idea'); dy = [p[k]")), 10, "crashed: exit code 1: no idea"),
            ("other.ipynb", "[]", 0, "not a notebook"),
        ];
        using var folder = new TemporaryFolder();
        string[] paths = [.. sheets.Select(sheet => folder.Write(sheet.Name, sheet.Text))];
        IReadOnlyList<SheetScore> scores = await new SheetGrader(TimeSpan.FromMinutes(1)).Grade(paths);
        Assert.Equal(
            sheets.Select(sheet => $"{sheet.Name} {sheet.Total}"),
            scores.Select((score, i) => $"{sheets[i].Name} {score.Total}"));
        foreach (((_, _, _, string remark), SheetScore score) in sheets.Zip(scores))
        {
            string[] remarks = [.. score.Remarks.Select(told => told.Text)];
            if (remark.Length == 0)
                Assert.Empty(remarks);
            else
                Assert.Contains(remarks, text => text.Contains(remark, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_module_to_import_is_short() =>
        Assert.InRange(SheetTemplate.PythonReport.Split('\n').Length, 30, 46);

    private static string Edit(params (string Old, string New)[] edits)
    {
        string text = Solution;
        foreach ((string old, string replacement) in edits)
        {
            Assert.Equal(2, text.Split(old).Length);
            text = text.Replace(old, replacement, StringComparison.Ordinal);
        }
        return text;
    }

    private static string Notebook(string code) => JsonSerializer.Serialize(new
    {
        cells = new object[]
        {
            new { cell_type = "markdown", source = "# The lab" },
            new { cell_type = "code", source = code.Split('\n').Select(line => line + "\n").ToArray() },
        },
    });
}
