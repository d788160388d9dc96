#!/usr/bin/env bash
# Trains the same models with two versions of Unroll and compares the bytes of their files: one model of every cell, pooling and direction,
# and one of each setting that changes what a step computes. Prints a line for each and fails when one differs.
#
#   bench/same-bytes.sh REVISION          REVISION against the working tree
#   bench/same-bytes.sh --of DIR          only lists the hashes of a published command in DIR
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'git worktree remove --force "$work/old" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_TieredPGO=0

# Long and short sentences, 200 of them: more than one shard, and a last batch that is not full.
head -n 201 samples/reviews.tsv >"$work/rows.tsv"

cases() {
  for cell in rnn gru lstm; do
    for pooling in last mean max attention; do
      for both in true false; do echo "--cell $cell --pooling $pooling --bidirectional=$both"; done
    done
    echo "--cell $cell --layers 2 --dropout 0.3"
    echo "--cell $cell --embedding 0 --adversarial 0"
    echo "--cell $cell --bidirectional=false --pooling last --truncate 3"
    echo "--cell $cell --recurrent-init orthogonal"
    echo "--cell $cell --recurrent-init identity --init standardnormal"
  done
  echo "--cell rnn --nonlinearity relu"
  echo "--cell lstm --forget-bias 1"
  echo "--adversarial 0"
  echo "--word-dropout 0.2 --clip 0.1"
  echo "--optimizer sgd --lr 0.1"
  echo "--optimizer sgd --momentum 0.9 --nesterov --lr 0.05 --weight-decay 0.001"
  echo "--optimizer adamw --weight-decay 0.01 --clip-value 0.01 --clip 0"
  echo "--schedule cosine --warm-up 5"
  echo "--class-weights balanced --label-smoothing 0.1"
  echo "--tokens char --batch 7 --in-order"
}

# A safetensors file without its metadata, whose hashes may be others from version to version.
data_of() {
  local length
  length=$(od -An -tu8 -N8 "$1" | tr -d ' ')
  head -c "$((length + 8))" "$1" | tail -c +9 | sed -E 's/"__metadata__":\{[^}]*\},?//; s/ +$//'
  tail -c "+$((length + 9))" "$1"
}

hashes() { # DIR of a published command
  while read -r settings; do
    rm -rf "$work/model"
    case "$settings" in *--embedding*) ;; *) settings="--embedding 20 $settings" ;; esac
    # shellcheck disable=SC2086
    "$1/Unroll.Cli" train "$work/rows.tsv" --out "$work/model" --seed 7 --epochs 2 --hidden 13 --threads 2 --no-baselines \
      $settings >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
    data_of "$work/model/model.safetensors" | cat - "$work/model/config.json" "$work/model/vocabulary.txt" \
      | sha256sum | cut -c1-16 | tr '\n' ' '
    echo " $settings"
  done < <(cases)
}

if [ "${1:-}" = "--of" ]; then
  hashes "$2"
  exit
fi
git worktree add -q --detach "$work/old" "$1"
dotnet publish "$work/old/src/Unroll.Cli" -c Release -o "$work/old-command" -v quiet >/dev/null
dotnet publish src/Unroll.Cli -c Release -o "$work/new-command" -v quiet >/dev/null
hashes "$work/old-command" >"$work/old.txt"
hashes "$work/new-command" >"$work/new.txt"
cat "$work/new.txt"
if diff "$work/old.txt" "$work/new.txt"; then
  echo "$(wc -l <"$work/new.txt") models, the same bytes"
else
  echo "models differ" >&2
  exit 1
fi
