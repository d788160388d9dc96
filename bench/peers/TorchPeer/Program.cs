using System.Globalization;
using TorchPeer;
using TorchSharp;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const string usage = """
    train TRAIN.tsv TEST.tsv [--cell C] [--embedding N] [--hidden N] [--batch N] [--epochs N] [--lr X] [--threads N]
                             [--seed N] [--packed] [--lazy]
    layer CELL BATCH TIME INPUT HIDDEN [--threads N] [--seconds S]
    """;
if (args.Length == 0)
{
    Console.Error.WriteLine(usage);
    return 2;
}
var options = new Options(args);
torch.set_num_threads(options.Number("--threads", 1));
switch (args[0])
{
    case "train":
        ClassifierJob.Run(options);
        return 0;
    case "layer":
        LayerJob.Run(options);
        return 0;
    default:
        Console.Error.WriteLine(usage);
        return 2;
}
