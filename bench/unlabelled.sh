#!/usr/bin/env bash
# What rows without labels give: accuracy of `unroll train` on a few labelled rows of sst2, with and without --unlabelled, seeds 42 to 44.
# The labelled rows are the first training rows after a fixed shuffle; the texts of all others have no label.
#   bench/unlabelled.sh [ROWS]      500 by default
# Prints the table of docs/training.md. DATA is the folder of the sets, THREADS the threads of a training (it decides no figure but the
# time), ON the rows to measure on (test or dev), BIN a folder with a published command, if there is one.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
data=${DATA:-$root/../shared/data}/sst2-glue
threads=${THREADS:-$(nproc)}
rows=${1:-500}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -z "${BIN:-}" ]; then
  BIN=$work/bin
  dotnet publish "$root/src/Unroll.Cli" -c Release -o "$BIN" -v quiet >&2
fi

# A linear congruential generator (Park and Miller, 1988) gives each row its place: the same in every awk.
tail -n +2 "$data/train.tsv" | awk 'BEGIN { x = 1 } { x = x * 16807 % 2147483647; printf "%010d\t%s\n", x, $0 }' |
  LC_ALL=C sort | cut -f2- >"$work/shuffled"
{ head -n 1 "$data/train.tsv"; head -n "$rows" "$work/shuffled"; } >"$work/labelled.tsv"
tail -n +$((rows + 1)) "$work/shuffled" | cut -f2 >"$work/unlabelled.txt"

figure() { # KEY: mean and single values of a figure, in percent
  grep -o "\"$1\":[0-9.eE+-]*" "$work/out" | cut -d: -f2 |
    awk 'NR <= 3 { each[NR] = 100 * $1; sum += 100 * $1 / 3 } END { printf "%.1f, %.1f, %.1f | **%.2f**", each[1], each[2], each[3], sum }'
}

measure() { # NAME OPTION…: a row of the table
  local name=$1 started=$EPOCHREALTIME
  shift
  "$BIN/Unroll.Cli" train "$work/labelled.tsv" --test "$data/${ON:-test}.tsv" --seeds 3 --threads "$threads" --json "$@" \
    2>>"$work/log" >"$work/out"
  printf '| %s | %s | %s | %s | %.0f |\n' "$name" "$(figure test_accuracy)" "$(figure network_test_accuracy | cut -d'|' -f2)" \
    "$(figure linear_test_accuracy | cut -d'|' -f2)" "$(awk "BEGIN { print ($EPOCHREALTIME - $started) / 3 }")"
}

printf '| %s labelled rows | seeds 42, 43, 44 | mean | network alone | linear part alone | s |\n|---|---|---|---|---|---|\n' "$rows"
measure "alone"
measure "with \`--unlabelled\`" --unlabelled "$work/unlabelled.txt"
