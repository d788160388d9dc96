#!/usr/bin/env bash
# What a model of half of banking77's labels keeps when it learns the other half: test accuracy of both halves, and of the old rows when
# only the old labels are in question (what is forgotten shows there; the rest is that there is more to choose from).
#   bench/fine-tuning.sh FOLDER        three seeds, about ten minutes
# DATA is the folder of the sets, SEEDS the seeds (42 43 44), BIN a folder with a published command, if there is one.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
data=${DATA:-$root/../shared/data}/banking77
[ $# -gt 0 ] || { echo "error: the folder of the results is missing" >&2; exit 2; }
folder=$1
mkdir -p "$folder"
if [ -z "${BIN:-}" ]; then
  BIN=$folder/bin
  dotnet publish "$root/src/Unroll.Cli" -c Release -o "$BIN" -v quiet >&2
fi
# Labels are dealt in turn, in the order of their names.
python3 - "$data" "$folder" <<'P'
import sys
data, folder = sys.argv[1:]
for part in ("train", "test"):
    head, *rows = open(f"{data}/{part}.tsv", encoding="utf-8").read().splitlines()
    column = head.split("\t").index("label")
    if part == "train":
        old = set(sorted({row.split("\t")[column] for row in rows})[0::2])
    for name, has in (("old", True), ("new", False)):
        chosen = [row for row in rows if (row.split("\t")[column] in old) == has]
        open(f"{folder}/{name}-{part}.tsv", "w", encoding="utf-8").write("\n".join([head, *chosen]) + "\n")
P
train() {
  [ -e "$folder/$1" ] || "$BIN/Unroll.Cli" train "${@:2}" --seed "$seed" --out "$folder/$1" >"$folder/log" 2>&1 ||
    { cat "$folder/log" >&2; exit 1; }
}
for seed in ${SEEDS:-42 43 44}; do
  train "old-$seed" "$folder/old-train.tsv"
  train "all at once-$seed" "$data/train.tsv"
  train "no old rows-$seed" "$folder/new-train.tsv" --from "$folder/old-$seed"
  train "no old rows, --pull 10-$seed" "$folder/new-train.tsv" --from "$folder/old-$seed" --pull 10
  for share in 0.3 0.5 1; do
    train "--old-share $share-$seed" "$folder/new-train.tsv" --from "$folder/old-$seed" --old "$folder/old-train.tsv" --old-share "$share"
  done
done
python3 - "$BIN/Unroll.Cli" "$folder" ${SEEDS:-42 43 44} <<'P'
import json, statistics, subprocess, sys
command, folder, *seeds = sys.argv[1:]
def rows(name):
    head, *lines = open(f"{folder}/{name}.tsv", encoding="utf-8").read().splitlines()
    column = head.split("\t").index("label")
    return [line.split("\t")[column] for line in lines]
truth = {half: rows(f"{half}-test") for half in ("old", "new")}
known = set(truth["old"])
def figures(model):
    result = []
    for half, labels in truth.items():
        answers = subprocess.run(
            [command, "predict", f"{folder}/{model}", "--input", f"{folder}/{half}-test.tsv", "--json"],
            capture_output=True, text=True, check=True).stdout.splitlines()
        chances = [json.loads(line)["probabilities"] for line in answers]
        assert len(chances) == len(labels)
        result.append(statistics.mean(max(c, key=c.get) == label for c, label in zip(chances, labels)))
        if half == "old":
            kept = [{name: value for name, value in c.items() if name in known} for c in chances]
            result.append(statistics.mean(max(c, key=c.get) == label for c, label in zip(kept, labels)))
    return [100 * value for value in result]
print("| | old rows | old rows, old labels alone | new rows |\n|---|---|---|---|")
for model in ("old", "all at once", "no old rows", "no old rows, --pull 10", "--old-share 0.3", "--old-share 0.5", "--old-share 1"):
    columns = zip(*[figures(f"{model}-{seed}") for seed in seeds])
    cells = [f"{statistics.mean(c):.2f}" + (f" ± {statistics.stdev(c):.2f}" if len(seeds) > 1 else "") for c in columns]
    print(f"| {model} | " + " | ".join(cells) + " |", flush=True)
P
