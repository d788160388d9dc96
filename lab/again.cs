// What `unroll lab grade` links to a sheet, beside the class Report of the template: the same sheet runs again with other words,
// other random numbers and other parameters, which a sheet that computes follows and one that recites does not.
// UNROLL_AGAIN is "seed;update;words of label 0;words of label 1". After that update the output layer changes its signs.
static partial class Report
{
    static readonly string[]? again = Environment.GetEnvironmentVariable("UNROLL_AGAIN")?.Split(';');

    public static string Word(int label, int place, string word) => again is null ? word : again[2 + label].Split(' ')[place];

    public static string Sentence(int label, string sentence) => again is null ? sentence : again[2 + label];

    static partial void OnSeed(ref uint seed)
    {
        if (again is not null)
            seed ^= uint.Parse(again[0]);
    }

    static partial void OnBegin(Array[] parameters)
    {
        if (again is null || again[1] == "0")
            return;
        Write("given", parameters);
        var random = new Random(int.Parse(again[0]));
        foreach (Array parameter in parameters)
            Change(parameter, _ => Normal(random));
    }

    static partial void OnUpdate(int update, Array[] parameters)
    {
        if (again is null || again[1] != update.ToString())
            return;
        Change(parameters[3], value => -value);
        Change(parameters[4], value => -value);
        Write("changed", parameters);
    }

    static void Write(string time, Array[] p) =>
        Write($$"""{"parameters":"{{time}}",{{Parameters(p[0], p[1], p[2], p[3], p[4])}}}""");

    static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    static void Change(Array table, Func<double, double> next)
    {
        for (int i = 0; i < table.GetLength(0); i++)
        {
            if (table.Rank == 2)
            {
                for (int j = 0; j < table.GetLength(1); j++)
                    table.SetValue(Next(table.GetValue(i, j)!), i, j);
            }
            else if (table.GetValue(i) is Array row)
                Change(row, next);
            else
                table.SetValue(Next(table.GetValue(i)!), i);
        }

        object Next(object value) => Convert.ChangeType(next(Convert.ToDouble(value)), value.GetType());
    }
}
