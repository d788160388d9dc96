#!/usr/bin/env bash
# Test accuracy of plain `unroll train TRAIN --test TEST` on the shared sets, mean of three seeds, beside the network alone, the linear
# part alone and the majority class; with the calibration error on the test rows, the time and the most memory of a training.
#   bench/accuracy.sh [SET…]        all sets by default
# Sets of one file (sms_spam and the three of uci_sentences) are measured in five folds, with one seed.
# Prints the rows of bench/results/accuracy.md. DATA is the folder of the sets, THREADS the threads of a training (it decides no
# figure but the time), BIN a folder with a published command, if there is one.
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

field() { # KEY N: the N-th value of a key in the last line of JSON
  grep -o "\"$1\":[0-9.eE+-]*" "$work/last" | sed -n "$2p" | cut -d: -f2
}

measure() { # SET OPTION…: a row of the table
  local set=$1 seed
  shift
  : >"$work/figures"
  for seed in 42 43 44; do
    local started=$EPOCHREALTIME
    "$BIN/Unroll.Cli" train "$@" --seed $seed --threads "$threads" --json 2>>"$work/log" >"$work/out" &
    local process=$! most=0 now
    while kill -0 $process 2>/dev/null; do
      now=$(awk '/VmHWM/ { print $2 }' /proc/$process/status 2>/dev/null || true)
      most=${now:-$most}
      sleep 0.2
    done
    wait $process
    tail -n 1 "$work/out" >"$work/last"
    # The model's accuracy stands before those of the majority class, the linear part and the network.
    echo "$(field test_accuracy 1) $(field test_accuracy 2) $(field test_accuracy 3) $(field test_accuracy 4) $(field test_ece 1)" \
      "$(field linear_share 1) $(awk "BEGIN { print $EPOCHREALTIME - $started }") $most" >>"$work/figures"
  done
  awk -v set="$set" '
    { for (i = 1; i <= 8; i++) sum[i] += $i / 3; each[NR] = $1; if ($8 > most) most = $8 }
    END {
      for (i = 1; i <= NR; i++) square += (each[i] - sum[1]) ^ 2 / (NR - 1)
      printf "| %s | %.1f, %.1f, %.1f | **%.2f** | %.2f | %.2f | %.2f | %.2f | %.1f | %.3f | %.0f | %.0f |\n", set,
        100 * each[1], 100 * each[2], 100 * each[3], 100 * sum[1], 100 * sqrt(square), 100 * sum[4], 100 * sum[3], sum[6],
        100 * sum[2], sum[5], sum[7], most / 1024 }' "$work/figures"
}

folds() { # SET FILE: a row of the table
  local started=$EPOCHREALTIME
  "$BIN/Unroll.Cli" train "$2" --folds 5 --threads "$threads" --json 2>>"$work/log" >"$work/out"
  tail -n 1 "$work/out" >"$work/last"
  awk -v set="$1" -v all="$(field accuracy 1) $(field accuracy_deviation 1) $(field network_accuracy 1) $(field linear_accuracy 1)" \
    -v seconds="$(awk "BEGIN { print $EPOCHREALTIME - $started }")" 'BEGIN {
      split(all, a, " ")
      printf "| %s | 5 folds | **%.2f** | %.2f | %.2f | %.2f | | | | %.0f | |\n", set, 100 * a[1], 100 * a[2], 100 * a[3],
        100 * a[4], seconds }'
}

printf '| set | seeds 42, 43, 44 | mean | deviation | network alone | linear part alone | its share | majority | ECE | s | MB |\n'
printf '|---|---|---|---|---|---|---|---|---|---|---|\n'
for set in ${@:-movie_reviews banking77 sst2-glue trec6 ag_news snips names18 uci_amazon uci_imdb uci_yelp sms_spam}; do
  case $set in
    names18) measure "$set" "$work/names_train.tsv" --test "$work/names_test.tsv" --tokens char ;;
    uci_*) folds "$set" "$data/uci_sentences/${set#uci_}.tsv" ;;
    sms_spam) folds "$set" "$data/sms_spam/all.tsv" ;;
    *) measure "$set" "$data/$set/train.tsv" --test "$data/$set/test.tsv" ;;
  esac
done
