using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace TorchPeer;

/// <summary>One recurrent layer over random input: forward, then backward with every gradient, that of the input too.</summary>
internal static class LayerJob
{
    public static void Run(Options options)
    {
        string cell = options[0];
        int batch = int.Parse(options[1]), time = int.Parse(options[2]);
        int input = int.Parse(options[3]), hidden = int.Parse(options[4]);
        double seconds = options.Real("--seconds", 1.5);
        random.manual_seed(1);
        using var layer = new Recurrent(cell, input, hidden);
        using Tensor x = rand(time, batch, input).sub_(0.5).mul_(0.1).requires_grad_();
        using Tensor dy = rand(time, batch, hidden).sub_(0.5).mul_(0.1);

        double forward = Median(() =>
        {
            using DisposeScope scope = NewDisposeScope();
            layer.call(x);
        }, seconds / 2);
        double train = Median(() =>
        {
            using DisposeScope scope = NewDisposeScope();
            layer.zero_grad();
            x.grad = null;
            layer.call(x).backward([dy]);
        }, seconds);

        double work = 2.0 * batch * time * Recurrent.Gates(cell) * hidden * (input + hidden);
        Console.WriteLine(
            $"{{\"peer\":\"{Versions.Peer}\",\"cell\":\"{cell}\",\"batch\":{batch},\"time\":{time},\"input\":{input},"
                + $"\"hidden\":{hidden},\"threads\":\"{get_num_threads()}\",\"forward_ms\":{forward * 1e3:F3},"
                + $"\"forward_gflops\":{work / forward / 1e9:F1},\"train_ms\":{train * 1e3:F3},"
                + $"\"train_gflops\":{3 * work / train / 1e9:F1}}}");
    }

    private static double Median(Action run, double seconds)
    {
        const int warmUps = 30;
        const double warmUpSeconds = 0.5;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 3 || (i < warmUps && Stopwatch.GetElapsedTime(start).TotalSeconds < warmUpSeconds); i++)
            run();
        Thread.Sleep(150);
        var times = new List<double>();
        start = Stopwatch.GetTimestamp();
        while (times.Count < 5 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
        {
            long begin = Stopwatch.GetTimestamp();
            run();
            times.Add(Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }
        times.Sort();
        return times[times.Count / 2];
    }
}
