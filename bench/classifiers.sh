#!/usr/bin/env bash
# Unroll, ML.NET 5 (FeaturizeText and SdcaMaximumEntropy) and fastText as a developer meets them: test accuracy, time and memory of a
# training, size of the model, time of loading it and of the first answer in a fresh process, of one prediction, and what it allocates;
# then what a program restores and publishes, and its lines of code.
#   bench/classifiers.sh [SET…]        snips, trec6, banking77 and movie_reviews by default
# Everything at its defaults; fastText also with the settings of its own tutorial (-lr 1.0 -epoch 25 -wordNgrams 2). Needs Debian's
# fasttext, which is installed where it is missing. Programs are built from packages: ours are made by pack.sh, as a user gets them.
# DATA is the folder of the sets, WORK where programs and models are kept (a folder of the temporary folder, removed at the end).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
data=${DATA:-$root/../shared/data}
if [ -z "${WORK:-}" ]; then
  WORK=$(mktemp -d)
  trap 'rm -rf "$WORK"' EXIT
fi
work=$WORK
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
if ! command -v fasttext >/dev/null; then
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends fasttext; } >/dev/null 2>&1 \
    || { echo "error: fasttext is not installed, and apt-get cannot install it" >&2; exit 2; }
fi

# The programs, from packages alone, each with a cache of its own that shows what is restored.
[ -d "$work/packages" ] || "$root/pack.sh" "$work/packages" --version 0.0.1-bench >/dev/null
cp -r "$root/bench/peers/Classifiers" "$work"
echo '<Project/>' | tee "$work/Classifiers/Directory.Build.props" >"$work/Classifiers/Directory.Packages.props"
cat >"$work/Classifiers/nuget.config" <<C
<?xml version="1.0" encoding="utf-8"?>
<configuration><packageSources><add key="packed" value="$work/packages" /></packageSources></configuration>
C
for name in Unroll MlNet; do
  NUGET_PACKAGES=$work/cache/$name dotnet publish "$work/Classifiers/$name" -c Release -r linux-x64 --self-contained false \
    -o "$work/$name" -v quiet >&2
done

value() { grep -o "\"$1\":[0-9.]*" "$work/last" | head -n 1 | cut -d: -f2; }
bytes() { du -sb --apparent-size "$1" | cut -f1; }
megabytes() { awk "BEGIN { printf \"%.1f\", $1 / 1e6 }"; }

row() { # SET NAME: from what was printed
  printf '| %s | %s | %.1f | %s | %s | %s | %s | %s | %s | %s |\n' "$1" "$2" "$(awk "BEGIN { print 100 * $(value accuracy) }")" \
    "$(value train_s)" "$(value peak_mb)" "$(megabytes "$(bytes "$work/model")")" "$(value load_ms)" "$(value first_answer_ms)" \
    "$(value predict_us)" "$(value allocated_bytes)"
}

dotnet_row() { # SET NAME PROGRAM
  rm -rf "$work/model"
  { "$3" train "$work/train.tsv" "$work/model"; "$3" measure "$work/model" "$data/$1/test.tsv"; } >"$work/last"
  row "$1" "$2"
}

labelled() { tail -n +2 "$1" | awk -F'\t' '{ gsub(/ /, "_", $1); print "__label__" $1 " " tolower($2) }'; }

fasttext_row() { # SET NAME OPTION…: a prediction's time is that of many in one process, without loading
  local set=$1 name=$2 started began
  shift 2
  rm -rf "$work/model"*
  started=$EPOCHREALTIME
  fasttext supervised -input "$work/train.txt" -output "$work/model" -thread 2 -verbose 0 "$@" >/dev/null 2>&1
  local trained=$EPOCHREALTIME accuracy once all copies=200
  rm -f "$work/model.vec"
  mv "$work/model.bin" "$work/model"
  accuracy=$(fasttext test "$work/model" "$work/test.txt" | awk '$1 == "P@1" { print $2 }')
  cut -d' ' -f2- "$work/test.txt" >"$work/texts"
  began=$EPOCHREALTIME
  head -n 1 "$work/texts" | fasttext predict "$work/model" - >/dev/null
  once=$(awk "BEGIN { print $EPOCHREALTIME - $began }")
  for _ in $(seq $copies); do cat "$work/texts"; done >"$work/many"
  began=$EPOCHREALTIME
  fasttext predict "$work/model" "$work/many" >/dev/null
  all=$(awk "BEGIN { print $EPOCHREALTIME - $began }")
  awk -v a="$accuracy" -v t="$(awk "BEGIN { print $trained - $started }")" -v once="$once" -v all="$all" \
    -v n="$(wc -l <"$work/many")" 'BEGIN {
      printf "{\"accuracy\":%s,\"train_s\":%.1f,\"first_answer_ms\":%.0f,\"predict_us\":%.1f}\n", a, t, 1000 * once, 1e6 * (all - once) / n }' \
    >"$work/last"
  row "$set" "$name"
}

echo '| set | classifier | test accuracy | training s | peak MB | model MB | load ms | first answer ms | a prediction µs | it allocates B |'
echo '|---|---|--:|--:|--:|--:|--:|--:|--:|--:|'
for set in ${@:-snips trec6 banking77 movie_reviews}; do
  # All rows that are not test rows: what needs dev rows splits them off itself.
  cp "$data/$set/train.tsv" "$work/train.tsv"
  [ ! -e "$data/$set/dev.tsv" ] || tail -n +2 "$data/$set/dev.tsv" >>"$work/train.tsv"
  labelled "$work/train.tsv" >"$work/train.txt"
  labelled "$data/$set/test.tsv" >"$work/test.txt"
  dotnet_row "$set" Unroll "$work/Unroll/UnrollPeer"
  dotnet_row "$set" 'ML.NET' "$work/MlNet/MlNet"
  fasttext_row "$set" 'fastText'
  fasttext_row "$set" 'fastText, tutorial' -lr 1.0 -epoch 25 -wordNgrams 2
done
echo
echo '| | restored MB | published MB | native files | lines of the program |'
echo '|---|--:|--:|--:|--:|'
for name in Unroll MlNet; do
  code=$(grep -cvE '^ *(//.*)?$' "$root/bench/peers/Classifiers/$name/Program.cs")
  native=$(find "$work/$name" -name '*.so*' | wc -l)
  echo "| ${name/MlNet/ML.NET} | $(megabytes "$(bytes "$work/cache/$name")") | $(megabytes "$(bytes "$work/$name")") | $native | $code |"
done
