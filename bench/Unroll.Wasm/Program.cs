using System.Diagnostics;
using Unroll.Wasm;

// node main.mjs [NAME…]: a line each with the seconds of three trainings in turn and what the last one gave. "check" compares
// kernels.
string[] names = args.Length > 0 ? args : ["check", .. SmallTrainings.Names];
foreach (string name in names)
{
    if (name == "check")
    {
        Console.WriteLine($"check {KernelCheck.Differences()} values differ");
        continue;
    }
    string result = "";
    var seconds = new List<string>();
    for (int i = 0; i < 3; i++)
    {
        long started = Stopwatch.GetTimestamp();
        result = SmallTrainings.Run(name);
        seconds.Add(FormattableString.Invariant($"{Stopwatch.GetElapsedTime(started).TotalSeconds:F3}"));
    }
    Console.WriteLine($"{name} {string.Join(' ', seconds)} s {result}");
}
