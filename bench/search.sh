#!/usr/bin/env bash
# Asynchronous successive halving beside random search at equal cost: on three sets five searches each, with the seeds 1 to 5. Dev rows
# decide; the figures are of test rows that no trial saw. A search by rungs comes first, and random search gets as many trials as its
# epochs are whole trainings, rounded up. Networks alone, without a linear part, so that the settings decide.
#
# Sets are the 3,000 sentences of uci_sentences, trec6, and the first 2,000 training rows of sst2; SETS names others of them.
# THREADS are those of each search; they decide no figure.
#
#   bench/search.sh DATA_FOLDER [TRIALS] [EPOCHS] [SEEDS]
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:?"bench/search.sh DATA_FOLDER [TRIALS] [EPOCHS] [SEEDS]"}
trials=${2:-18}
epochs=${3:-9}
seeds=${4:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -z "${UNROLL:-}" ]; then
  dotnet build src/Unroll.Cli -c Release --nologo -v q >&2
  UNROLL="dotnet src/Unroll.Cli/bin/Release/net10.0/Unroll.Cli.dll"
fi

cat > "$work/space.json" <<'JSON'
{
  "lr": {"from": 0.0003, "to": 0.03, "log": true},
  "cell": ["gru", "lstm"],
  "hidden": [32, 64, 128],
  "embedding": [50, 100],
  "pooling": ["max", "mean", "attention"],
  "dropout": {"from": 0, "to": 0.6},
  "word-dropout": {"from": 0, "to": 0.3},
  "batch": [16, 32, 64]
}
JSON
{ cat "$data/uci_sentences/amazon.tsv"; tail -q -n +2 "$data/uci_sentences/imdb.tsv" "$data/uci_sentences/yelp.tsv"; } > "$work/uci.tsv"

head -n 2001 "$data/sst2/train.tsv" > "$work/sst2.tsv"

rows() {
  case $1 in
    uci_sentences) echo "$work/uci.tsv" ;;
    trec6) echo "$data/trec6/train.tsv --test $data/trec6/test.tsv" ;;
    sst2) echo "$work/sst2.tsv --dev $data/sst2/dev.tsv --test $data/sst2/test.tsv" ;;
  esac
}

# One search: its last line of JSON.
search() {
  local out=$work/$1-$2-$3
  # shellcheck disable=SC2046
  $UNROLL search $(rows "$1") --space "$work/space.json" --linear=false --adversarial 0 --epochs "$epochs" --seed "$2" \
    ${THREADS:+--threads "$THREADS"} --out "$out" --json "${@:4}" 2>/dev/null | tail -n 1
  rm -rf "$out"
}

for set in ${SETS:-uci_sentences trec6 sst2}; do
  for seed in $(seq "$seeds"); do
    halving=$(search "$set" "$seed" halving --trials "$trials")
    cost=$(python3 -c 'import json,sys; print(json.loads(sys.argv[1])["searched_epochs"])' "$halving")
    random=$(search "$set" "$seed" random --rungs 1 --trials $(((cost + epochs - 1) / epochs)))
    echo "$set $seed: $cost epochs" >&2
    printf '%s\t%s\t%s\t%s\n' "$set" "$seed" "$halving" "$random" >> "$work/lines.tsv"
  done
done

python3 - "$work/lines.tsv" <<'PY'
import json, statistics, sys

rows = [line.rstrip("\n").split("\t") for line in open(sys.argv[1])]
mean = statistics.mean
deviation = lambda values: statistics.stdev(values) if len(values) > 1 else 0
print("| set | search | trials | epochs | dev accuracy | test accuracy | deviation | test macro-F1 |")
print("|---|---|---|---|---|---|---|---|")
for name in dict.fromkeys(row[0] for row in rows):
    for column, what in ((2, "successive halving"), (3, "random")):
        ends = [json.loads(row[column]) for row in rows if row[0] == name]
        of = lambda key: [end[key] for end in ends]
        print(f"| {name} | {what} | {mean(of('trials')):.1f} | {mean(of('searched_epochs')):.1f} | {mean(of('dev_accuracy')):.4f} "
              f"| {mean(of('test_accuracy')):.4f} | {deviation(of('test_accuracy')):.4f} | {mean(of('test_macro_f1')):.4f} |")
ends = [[json.loads(row[column]) for row in rows] for column in (2, 3)]
print(f"\nMean of all {len(rows)} searches: test accuracy {mean(e['test_accuracy'] for e in ends[0]):.4f} by halving, "
      f"{mean(e['test_accuracy'] for e in ends[1]):.4f} by random search; dev {mean(e['dev_accuracy'] for e in ends[0]):.4f} and "
      f"{mean(e['dev_accuracy'] for e in ends[1]):.4f}. By seed, halving minus random on test rows:")
for name in dict.fromkeys(row[0] for row in rows):
    both = [(json.loads(row[2])["test_accuracy"], json.loads(row[3])["test_accuracy"]) for row in rows if row[0] == name]
    print(f"{name}: {' '.join(f'{a - b:+.4f}' for a, b in both)}")
PY
