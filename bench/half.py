#!/usr/bin/env python3
"""How far half precision moves the answers of a trained model on whole test sets.

    bench/half.py SET… [--train OPTION…]      such as: bench/half.py snips trec6 --train --cell lstm --epochs 2

Trains each set's model (the defaults, unless options follow --train), predicts every test row with and without --half, and prints how
far a probability moves at most and how many labels change. DATA is the folder of the sets, BIN a folder with a published command, if
there is one. Ends with 1 where a probability moves by 0.001 or more.
"""
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DATA = os.environ.get("DATA", os.path.join(ROOT, "..", "shared", "data"))


def unroll(folder, *arguments):
    run = subprocess.run(["dotnet", os.path.join(folder, "Unroll.Cli.dll"), *arguments], capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"error: unroll {arguments[0]}: {run.stderr.strip()}")
    return run.stdout


def main():
    arguments = sys.argv[1:]
    at = arguments.index("--train") if "--train" in arguments else len(arguments)
    sets, options = arguments[:at], arguments[at + 1:]
    if not sets or sets[0].startswith("-"):
        print(__doc__.strip())
        return 2
    worst = 0.0
    print("| set | test rows | a probability moves by at most | labels changed |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as work:
        folder = os.environ.get("BIN") or os.path.join(work, "bin")
        if not os.environ.get("BIN"):
            subprocess.run(
                ["dotnet", "publish", os.path.join(ROOT, "src", "Unroll.Cli"), "-c", "Release", "-o", folder, "-v", "quiet"],
                check=True, stdout=subprocess.DEVNULL)
        for name in sets:
            train, test = (os.path.join(DATA, name, file) for file in ("train.tsv", "test.tsv"))
            model = os.path.join(work, name)
            unroll(folder, "train", train, "--out", model, "--no-baselines", *options)
            plain, half = (
                [json.loads(line) for line in unroll(folder, "predict", model, "--json", "--input", test, *more).splitlines()]
                for more in ([], ["--half"]))
            moved = max(
                abs(a["probabilities"][label] - b["probabilities"][label]) for a, b in zip(plain, half) for label in a["probabilities"])
            changed = sum(a["label"] != b["label"] for a, b in zip(plain, half))
            print(f"| {name} | {len(plain)} | {moved:.1e} | {changed} |", flush=True)
            worst = max(worst, moved)
    return 0 if worst < 1e-3 else 1


sys.exit(main())
