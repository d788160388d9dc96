#!/usr/bin/env bash
# Test accuracy on the shared sets: the best setting that was found on dev rows, and the plain defaults; three seeds of each.
#   bench/accuracy.sh [SET…]        sets: sst2-glue trec6 ag_news snips names18; all of them by default
# Prints the tables of bench/results/accuracy.md. DATA is the folder of the sets, THREADS the threads of a training (it decides nothing),
# BIN a folder with a published command, if there is one.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
data=${DATA:-$root/../shared/data}
threads=${THREADS:-$(nproc)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -z "${BIN:-}" ]; then
  BIN=$work/bin
  dotnet publish "$root/src/Unroll.Cli" -c Release -o "$BIN" -v quiet >&2
fi

# Surnames have no split of their own: of each nationality every tenth row, the fifth, fifteenth and so on, is test.
awk -F'\t' -v test="$work/names_test.tsv" -v train="$work/names_train.tsv" '
  NR == 1 { print > test; print > train; next }
  { print > (++seen[$1] % 10 == 5 ? test : train) }' "$data/names18/all.tsv"

# snips: the best setting also trains on the dev rows, as those of the sets without dev rows do.
cat "$data/snips/train.tsv" <(tail -n +2 "$data/snips/dev.tsv") >"$work/snips_train_and_dev.tsv"

measure() { # NAME OPTION…: a row of the table
  local name=$1 seed all=""
  shift
  for seed in 42 43 44; do
    "$BIN/Unroll.Cli" train "$@" --seed $seed --threads "$threads" --json 2>>"$work/log" | tail -n 1 >"$work/last"
    # The model's accuracy stands before those of the baselines.
    all="$all $(grep -o '"test_accuracy":[0-9.]*' "$work/last" | head -n 1 | cut -d: -f2)"
  done
  awk -v name="$name" -v all="$all" 'BEGIN {
    n = split(all, a, " ")
    for (i = 1; i <= n; i++) mean += a[i] / n
    for (i = 1; i <= n; i++) square += (a[i] - mean) ^ 2 / (n - 1)
    printf "| %s | %.1f | %.1f | %.1f | **%.2f** | %.2f |\n", name, 100 * a[1], 100 * a[2], 100 * a[3], 100 * mean, 100 * sqrt(square)
  }'
}

baselines() { # of the last training
  local test
  test=($(grep -o '"test_accuracy":[0-9.]*' "$work/last" | cut -d: -f2))
  awk -v majority="${test[1]}" -v linear="${test[2]}" 'BEGIN {
    printf "| majority class | %.1f | | | | |\n| bag of words, linear (unigrams and bigrams of its tokens) | %.1f | | | | |\n", 100 * majority, 100 * linear }'
}

table() { # SET FILES BEST…; BEST_FILES has those of the best setting, where they are others
  local set=$1 files=$2 best=${BEST_FILES:-$2}
  shift 2
  printf '\n### %s\n\nBest: `unroll train %s %s`\n\n' "$set" "${best//$work\//}" "$*" | sed "s#$data/##g"
  printf '| | 42 | 43 | 44 | mean | deviation |\n|---|---|---|---|---|---|\n'
  measure "best setting" $best "$@" --no-baselines
  case $set in names18) measure "defaults, \`--tokens char\`" $files --tokens char ;; *) measure "defaults" $files ;; esac
  baselines
}

for set in ${@:-sst2-glue trec6 ag_news snips names18}; do
  case $set in
    sst2-glue) table $set "$data/$set/train.tsv --dev $data/$set/dev.tsv --test $data/$set/test.tsv" --tokens whitespace --embedding 100 --adversarial 0.05 ;;
    trec6) table $set "$data/$set/train.tsv --test $data/$set/test.tsv" --tokens whitespace --embedding 300 --adversarial 0.1 --epochs 20 --dev-share 0 ;;
    ag_news) table $set "$data/$set/train.tsv --test $data/$set/test.tsv" --dev-share 0 ;;
    snips)
      BEST_FILES="$work/snips_train_and_dev.tsv --test $data/$set/test.tsv" \
        table $set "$data/$set/train.tsv --dev $data/$set/dev.tsv --test $data/$set/test.tsv" --min-count 2 --dropout 0.5 --adversarial 0.1 --dev-share 0 ;;
    names18) table $set "$work/names_train.tsv --test $work/names_test.tsv" --tokens char --keep-case --cell lstm --embedding 100 --lr 0.004 --epochs 12 --dev-share 0 ;;
    *) echo "no such set: $set" >&2; exit 2 ;;
  esac
done
