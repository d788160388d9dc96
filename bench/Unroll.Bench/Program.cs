using System.Globalization;
using Unroll.Bench;
using Unroll.Bench.Fuzzing;
using Unroll.Bench.Hardening;
using Unroll.Bench.Load;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const string usage = """
    layer CELL BATCH TIME INPUT HIDDEN [--threads N] [--seconds S]   one layer, forward and backward: a JSON line
    step  CELL BATCH TIME INPUT HIDDEN [--threads N] [--seconds S]   a whole training step: a JSON line
    lab                                                              the lab's 300 epochs inside the process
    flat                                                             milliseconds a token from 10 to 2000 time steps
    recording [ROUNDS]                                               what recording gradients costs a training: a Markdown table
    fuzz [COUNT] [SEED] [READER…]                                    changed files for every reader: a Markdown table
    kills [COUNT] [SEED]                                             trainings, replacements and exports killed at any moment
    search-kills [COUNT] [SEED]                                      workers of searches killed at any moment
    pairs [COUNT]                                                    two trainings into one folder at once
    load URL ROWS [--connections N] [--rate N] [--seconds N] [--model DIR…]   load on a server, answers checked: a JSON line
    capacity PER_SECOND ALONE_MS [--measured FILE] [--picture FILE]  a server's latency by load, simulated, and how many it takes
    rare-words MODEL DATA                                            rare words dropped or hashed: a Markdown table
    grade                                                            planted mistakes marked and named: a Markdown table
    Other programs beside ours: bench/peers/compare.py.
    """;
try
{
    switch (args)
    {
        case ["layer", ..]:
            Console.WriteLine(LayerBenchmark.Run(Work.Parse(args)).ToJson());
            return 0;
        case ["step", ..]:
            Console.WriteLine(StepBenchmark.Run(Work.Parse(args)).ToJson());
            return 0;
        case ["lab"]:
            LabBenchmark.Run(Console.Out);
            return 0;
        case ["flat"]:
            FlatBenchmark.Run(Console.Out);
            return 0;
        case ["recording", ..]:
            return RecordingBenchmark.Run(args.Length > 1 ? int.Parse(args[1]) : 5, Console.Out, Console.Error);
        case ["fuzz", ..]:
            return FuzzCommand.Run(
                args.Length > 1 ? int.Parse(args[1]) : 1_000_000, args.Length > 2 ? int.Parse(args[2]) : 1,
                args.Length > 3 ? args[3..] : [], "fuzz-faults", Console.Out);
        case ["kills", ..]:
            var kills = new KillsCommand(args.Length > 2 ? int.Parse(args[2]) : 1, Console.Out);
            return kills.Run(args.Length > 1 ? int.Parse(args[1]) : 200);
        case ["search-kills", ..]:
            var searchKills = new SearchKillsCommand(args.Length > 2 ? int.Parse(args[2]) : 1, Console.Out);
            return searchKills.Run(args.Length > 1 ? int.Parse(args[1]) : 50);
        case ["pairs", ..]:
            return PairsCommand.Run(args.Length > 1 ? int.Parse(args[1]) : 50, Console.Out);
        case ["load", _, _, ..]:
            return LoadCommand.Run(args, Console.Out);
        case ["capacity", _, _, ..]:
            return CapacityCommand.Run(args, Console.Out);
        case ["rare-words", _, _]:
            return RareWordsCommand.Run(args[1], args[2], Console.Out);
        case ["grade"]:
            return GradeCommand.Run(Console.Out);
        default:
            Console.Error.WriteLine(usage);
            return 2;
    }
}
catch (Exception e) when (e is FormatException or ArgumentOutOfRangeException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    Console.Error.WriteLine(usage);
    return 2;
}
