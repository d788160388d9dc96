#!/usr/bin/env bash
# A Transformer beside a GRU of as many parameters: test accuracy of the whole model and of the network alone, mean of some seeds, on
# sets of the shared data.
#   bench/transformer.sh [SET…]        trec6 and sst2-glue by default
# The GRU is the default one, 2 × 128 units over words of 200. The Transformer has one layer whose feed-forward part is as wide as makes
# it as large, 226. DATA is the folder of the sets, SEEDS how many seeds (3), THREADS the threads of a training (it decides no figure but
# the time), BIN a folder with a published command, if there is one.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
data=${DATA:-$root/../shared/data}
seeds=${SEEDS:-3}
threads=${THREADS:-$(nproc)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -z "${BIN:-}" ]; then
  BIN=$work/bin
  dotnet publish "$root/src/Unroll.Cli" -c Release -o "$BIN" -v quiet >&2
fi

measure() { # SET NAME OPTION…: a row of the table
  local set=$1 name=$2 started=$EPOCHREALTIME
  shift 2
  "$BIN/Unroll.Cli" train "$data/$set/train.tsv" --test "$data/$set/test.tsv" --seeds "$seeds" --threads "$threads" --json "$@" \
    >"$work/out" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
  # Each seed has a line, and all together one more.
  grep '^{"version":1,"seed":' "$work/out" | sed -E 's/.*[{,]"test_accuracy":([0-9.e-]+).*"network_test_accuracy":([0-9.e-]+).*/\1 \2/' |
    awk -v set="$set" -v name="$name" -v seconds="$(awk "BEGIN { print $EPOCHREALTIME - $started }")" '
    { model[NR] = $1; network[NR] = $2; sum += $1; alone += $2 }
    END {
      for (i = 1; i <= NR; i++) { a += (model[i] - sum / NR) ^ 2; b += (network[i] - alone / NR) ^ 2 }
      n = NR > 1 ? NR - 1 : 1
      printf "| %s | %s | %.2f ± %.2f | %.2f ± %.2f | %.0f |\n", set, name, 100 * sum / NR, 100 * sqrt(a / n), 100 * alone / NR,
        100 * sqrt(b / n), seconds / NR }'
}

printf '| set | network | model | network alone | s a seed |\n|---|---|---|---|---|\n'
for set in ${@:-trec6 sst2-glue}; do
  measure "$set" GRU
  measure "$set" Transformer --cell transformer --feed-forward 226
done
