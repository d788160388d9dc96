#!/usr/bin/env python3
"""Ours and other programs in turn, in one sitting: medians and ratios.

    dotnet build -c Release bench/Unroll.Bench        ours
    bench/peers/setup.sh                              the others
    bench/peers/compare.py layer   [--cells lstm,gru,rnn] [--sizes BxTxIxH,…] [--threads 1,2] [--rounds 2] [--seconds 0.4]
    bench/peers/compare.py job     [--cells lstm,gru,rnn] [--set sst2] [--threads 1,2] [--rounds 2] [--epochs 3]
    bench/peers/compare.py predict [--set snips] [--rounds 1] [--epochs 2] [--seconds 2]

layer: one recurrent layer, forward and backward, GFLOP/s counted as 3·2·B·T·g·H·(I+H).
job: a whole training, tokens a second of the last epoch. TorchSharp and PyTorch as people write them update every word vector in
every step (dense Adam); "our optimizer" is TorchSharp with moments and values of seen words alone, as ours: the same work.
predict: an LSTM of 128 and the default network are trained and exported; ONNX Runtime and ours read the test rows in one process.

Each program stands with its best number of threads. --markdown prints a table for bench/results, with machine, date and command.
PEERS is the folder of setup.sh, DATA the folder of the sets (default: ../shared/data beside the repository).
"""
import argparse, datetime, filecmp, json, math, os, platform, shlex, statistics, subprocess, sys, tempfile, threading

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PEERS = os.environ.get("PEERS") or os.path.join(os.environ.get("TMPDIR") or "/tmp", "unroll-peers")
DATA = os.path.abspath(os.environ.get("DATA") or os.path.join(ROOT, "../shared/data"))
BENCH = os.path.join(ROOT, "bench/Unroll.Bench/bin/Release/net10.0/Unroll.Bench.dll")
OURS = os.path.join(ROOT, "src/Unroll.Cli/bin/Release/net10.0/Unroll.Cli.dll")
ONEDNN = os.path.join(PEERS, "onednn_rnn")
TORCH = os.path.join(PEERS, "torchpeer/TorchPeer.dll")
TORCH_PRELOAD = os.path.join(PEERS, "torchpeer/libiosinit.so")
ORT = os.path.join(PEERS, "ortpeer/OrtPeer.dll")
PYTHON = "/usr/bin/python3"  # Debian's, which has Debian's PyTorch
SIZES = "32x20x100x128,64x50x128x256,64x100x300x512,24x40x100x128,16x30x100x128"
DEFAULTS = {  # what an option is where it is not given
    "layer": dict(rounds=2, seconds=0.4, epochs=0, set=""),
    "job": dict(rounds=2, seconds=0, epochs=3, set="sst2"),
    "predict": dict(rounds=1, seconds=2, epochs=2, set="snips"),
}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=list(DEFAULTS))
    parser.add_argument("--cells", type=lambda text: text.split(","), default=["lstm", "gru", "rnn"])
    parser.add_argument("--sizes", type=lambda text: text.split(","), default=SIZES.split(","), help="BxTxIxH, with commas")
    parser.add_argument("--threads", type=lambda text: text.split(","), default=["1", "2"])
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--set", help="a folder of DATA")
    parser.add_argument("--limit", type=float, default=180, help="seconds after which a program is ended and counts as failed")
    parser.add_argument("--markdown", action="store_true", help="print a table for bench/results")
    arguments = parser.parse_args()
    for name, value in DEFAULTS[arguments.what].items():
        if getattr(arguments, name) is None:
            setattr(arguments, name, value)
    for size in arguments.sizes:
        if len(size.split("x")) != 4:
            parser.error(f"--sizes: {size} is not BATCHxTIMExINPUTxHIDDEN")
    if arguments.rounds < 1:
        parser.error(f"--rounds: {arguments.rounds} is less than 1")
    return arguments


def require(arguments):
    """Ends with one line where something is missing: a table that leaves a program out without a word would mislead."""
    build = "the benchmarks are not built in Release, run dotnet build -c Release bench/Unroll.Bench"
    setup = "the peers are not built, run bench/peers/setup.sh"
    needed = {
        "layer": {BENCH: build, ONEDNN: setup, TORCH: setup, TORCH_PRELOAD: setup},
        "job": {OURS: build, TORCH: setup, TORCH_PRELOAD: setup, PYTHON: "install Debian's python3"},
        "predict": {OURS: build, ORT: setup},
    }[arguments.what]
    for path, advice in needed.items():
        if not os.path.exists(path):
            fail(f"{path} is not there: {advice}")
    for name in ["train.tsv", "test.tsv"] if arguments.set else []:
        path = os.path.join(DATA, arguments.set, name)
        if not os.path.exists(path):
            fail(f"{path} is not there: name the folder of the sets in the environment variable DATA")
    if arguments.what == "job" and subprocess.run([PYTHON, "-c", "import torch"], stderr=subprocess.DEVNULL).returncode != 0:
        fail(f"{PYTHON} has no PyTorch: run bench/peers/setup.sh")
    library = os.path.join(os.path.dirname(ORT), "Unroll.dll")
    if arguments.what == "predict" and not filecmp.cmp(library, os.path.join(os.path.dirname(OURS), "Unroll.dll"), shallow=False):
        fail(f"{library} is not the Unroll of this repository's build: run bench/peers/setup.sh, it builds OrtPeer anew")


def fail(message):
    sys.exit(f"error: {message}")


def run(name, command, limit, threads="1", preload=None, show=False):
    """The JSON lines that a program prints; none, and a line that says so, where it fails or takes too long."""
    environment = dict(os.environ, OMP_NUM_THREADS=threads, OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS=threads)
    if preload:
        environment["LD_PRELOAD"] = preload
    with tempfile.TemporaryFile("w+", errors="replace") as errors:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
        timer = threading.Timer(limit, process.kill)
        timer.start()
        lines = []
        for line in process.stdout:
            if line.startswith("{"):
                lines.append(json.loads(line))
                if show:
                    print(line, end="", flush=True)
        status = process.wait()
        timer.cancel()
        if status == 0:
            return lines
        errors.seek(0)
        said = [line.strip() for line in errors if line.strip()]
        reason = said[0] if said else f"exit status {status}"
        if status == -9:
            reason = f"ended after {limit:g} s, --limit gives it more"
        print(f"{name} (threads: {threads}) failed: {reason} ({shlex.join(command)})", file=sys.stderr)
        return []


def layer_programs(arguments, cell, size, threads):
    numbers = size.split("x")
    options = ["--threads", threads, "--seconds", str(arguments.seconds)]
    return {
        "Unroll": (["dotnet", BENCH, "layer", cell, *numbers, *options], None),
        "oneDNN 2.6": ([ONEDNN, cell, *numbers, str(arguments.seconds)], None),
        "TorchSharp 0.107": (["dotnet", TORCH, "layer", cell, *numbers, *options], TORCH_PRELOAD),
    }


def job_programs(arguments, cell, name, threads):
    train, test = (os.path.join(DATA, name, file) for file in ("train.tsv", "test.tsv"))
    network = ["--cell", cell, "--embedding", "100", "--hidden", "128", "--batch", "32", "--lr", "0.001"]
    network += ["--epochs", str(arguments.epochs), "--threads", threads]
    # The peers' network, tokens, first values and optimizer; no linear part, no adversarial steps.
    ours = "--optimizer adam --pooling last --bidirectional=false --linear=false --adversarial 0 --dropout 0 " \
        "--tokens whitespace --embedding-deviation 1 --schedule constant --no-baselines --json"
    torch = ["dotnet", TORCH, "train", train, test, *network]
    return {
        "Unroll": (["dotnet", OURS, "train", train, "--dev", test, *network, *ours.split()], None),
        "TorchSharp 0.107": (torch, TORCH_PRELOAD),
        "TorchSharp, our optimizer": ([*torch, "--lazy"], TORCH_PRELOAD),
        "PyTorch 1.13": ([PYTHON, os.path.join(HERE, "torch_classifier.py"), train, test, *network], None),
    }


def measure(arguments, programs, cell, size):
    """Medians of speed and peak memory of each program with its best number of threads; without those that failed."""
    key = "train_gflops" if arguments.what == "layer" else "tokens_per_second"
    runs = {}
    for _ in range(arguments.rounds):
        for threads in arguments.threads:
            for name, (command, preload) in programs(arguments, cell, size, threads).items():
                speeds = [line for line in run(name, command, arguments.limit, threads, preload) if key in line]
                if speeds:
                    memory = max(line.get("peak_mb", 0) for line in speeds)
                    runs.setdefault(name, {}).setdefault(threads, []).append((speeds[-1][key], memory))
    return {name: max(tuple(statistics.median(column) for column in zip(*of_threads)) for of_threads in by_threads.values())
            for name, by_threads in runs.items()}


def compare(arguments):
    programs, sizes = (layer_programs, arguments.sizes) if arguments.what == "layer" else (job_programs, [arguments.set])
    peers = [name for name in programs(arguments, "lstm", sizes[0] if arguments.what == "layer" else "", "1") if name != "Unroll"]
    unit, digits = ("GFLOP/s", 1) if arguments.what == "layer" else ("tokens/s", 0)
    print_header(arguments, f"{rounds_of(arguments)}, {unit}; each with its best number of threads.")
    columns = ["cell", "batch x time x input x hidden" if arguments.what == "layer" else "set", "Unroll", *peers]
    columns += [f"over {name}" for name in peers]
    if arguments.what == "job":
        columns += ["peak MB", *(f"memory over {name}" for name in peers)]
    table = Table(columns, arguments.markdown)
    ratios = {name: [] for name in peers}
    for cell in arguments.cells:
        for size in sizes:
            found = measure(arguments, programs, cell, size)
            speed = {name: value[0] for name, value in found.items()}
            memory = {name: value[1] for name, value in found.items()}
            row = [cell, size, *(number(speed.get(name), digits) for name in ["Unroll", *peers])]
            row += [quotient(speed, name) for name in peers]
            if arguments.what == "job":
                row += [number(memory.get("Unroll"), 0), *(quotient(memory, name) for name in peers)]
            table.add(row)
            for name in peers:
                if name in speed and "Unroll" in speed:
                    ratios[name].append((speed["Unroll"] / speed[name], f"{cell} {size}"))
    table.end()
    for name, values in ratios.items():
        if values:
            mean = math.exp(statistics.fmean(math.log(ratio) for ratio, _ in values))
            smallest, where = min(values)
            print(f"- over {name}: geometric mean {mean:.2f}, smallest {smallest:.2f} ({where})")
    complete = all(len(values) == len(arguments.cells) * len(sizes) for values in ratios.values())
    return 0 if complete else 1


def predict(arguments):
    train, test = (os.path.join(DATA, arguments.set, file) for file in ("train.tsv", "test.tsv"))
    models = {
        "lstm128": "--cell lstm --embedding 100 --hidden 128 --bidirectional=false --pooling last --adversarial 0".split(),
        "default": [],
    }
    agrees, moved, results = True, 0.0, {}
    with tempfile.TemporaryDirectory() as work:
        for model, settings in models.items():
            folder, onnx = os.path.join(work, model), os.path.join(work, model + ".onnx")
            options = ["--linear=false", "--no-baselines", "--epochs", str(arguments.epochs), "--json", "--out", folder]
            steps = [["train", train, *settings, *options], ["export", folder, "--onnx", onnx, "--json"]]
            if not all(run(f"unroll {step[0]}", ["dotnet", OURS, *step], arguments.limit) for step in steps):
                return 1
            for _ in range(arguments.rounds):
                command = ["dotnet", ORT, folder, onnx, test, str(arguments.seconds)]
                lines = run("OrtPeer", command, arguments.limit, show=not arguments.markdown)
                if not lines:
                    return 1
                agrees = agrees and lines[0]["agrees"]
                moved = max(moved, float(lines[0]["half_precision_moves"]))
                for line in lines[1:]:
                    results.setdefault((line["what"], line["program"]), []).append((line["us_per_text"], line["times_ours"]))
    print_header(arguments, f"{rounds_of(arguments)}, microseconds a text; test rows of {arguments.set}, networks of "
                 f"{arguments.epochs} epochs without a linear part.")
    table = Table(["network and texts", "program", "us a text", "times ours"], arguments.markdown)
    for (what, program), values in results.items():
        time, ratio = (statistics.median(column) for column in zip(*values))
        table.add([what, program, f"{time:.1f}", f"{ratio:.2f}"])
    table.end()
    print(f"Half precision moves a probability by {moved:.1e} at most.")
    if not agrees:
        print("error: ONNX Runtime and Unroll give probabilities that are more than 1e-5 apart, or half precision moves one by "
              "more than 1e-3", file=sys.stderr)
    return 0 if agrees else 1


def rounds_of(arguments):
    return "One round" if arguments.rounds == 1 else f"Medians of {arguments.rounds} rounds"


def number(value, digits):
    return f"{value:,.{digits}f}" if value else "failed"


def quotient(values, name):
    return f"{values['Unroll'] / values[name]:.2f}" if values.get("Unroll") and values.get(name) else "–"


class Table:
    """Rows that are printed as they come, so that a long comparison shows where it stands."""

    def __init__(self, columns, markdown):
        self.markdown, self.widths = markdown, [max(len(column), 8) for column in columns]
        if columns[0] == "network and texts":
            self.widths[:2] = [40, 16]
        self.add(columns)
        if markdown:
            self.add(["---"] * len(columns))

    def add(self, cells):
        if self.markdown:
            print("|" + "|".join(cells) + "|" if cells[0] == "---" else "| " + " | ".join(cells) + " |", flush=True)
        else:
            print("  ".join(cell.ljust(width) for cell, width in zip(cells, self.widths)).rstrip(), flush=True)

    def end(self):
        print(flush=True)


def print_header(arguments, measured):
    """Where, when and how the figures were measured."""
    if not arguments.markdown:
        return
    model = platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model)
    runtimes = output_of(["dotnet", "--list-runtimes"]).splitlines()
    runtime = next((line.split()[1] for line in reversed(runtimes) if line.startswith("Microsoft.NETCore.App ")), "?")
    revision = output_of(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"]).strip()
    changed = " with changes" if output_of(["git", "-C", ROOT, "status", "--porcelain", "--untracked-files=no"]).strip() else ""
    print(f"Machine: {model}, {os.cpu_count()} processors, .NET {runtime}.")
    print(f"Command: `bench/peers/compare.py {shlex.join(sys.argv[1:])}`, {datetime.date.today()}, revision {revision}{changed}.")
    print(f"{measured}\n", flush=True)


def output_of(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return ""


def main():
    arguments = parse_arguments()
    require(arguments)
    return predict(arguments) if arguments.what == "predict" else compare(arguments)


if __name__ == "__main__":
    sys.exit(main())
