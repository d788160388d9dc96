#!/usr/bin/env bash
# One training over ranks (docs/ranks.md). Needs Open MPI (Debian: openmpi-bin) and python3.
#
#   bench/ranks.sh speed [ROUNDS]     two ranks of one thread beside one thread and two threads: seconds of an epoch,
#                                     the fastest of the rounds
#   bench/ranks.sh kills [N]          N times (50) a rank is killed at a random moment; the training goes on, with another number of
#                                     ranks each time, and its model must have the bytes of one that was left alone
#   bench/ranks.sh network [MBIT …]   two network namespaces joined by veth, its rate limited by tc, stand for two machines (root)
#   UNROLL=DIR/Unroll.Cli             takes a published command instead of publishing one
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# Where a container forbids processes to read each other's memory, Open MPI says so at every start.
export OMPI_MCA_btl_vader_single_copy_mechanism=${OMPI_MCA_btl_vader_single_copy_mechanism:-none}
if [ -z "${UNROLL:-}" ]; then
  dotnet publish src/Unroll.Cli -c Release -o "$work/command" -v quiet >/dev/null
  UNROLL=$work/command/Unroll.Cli
fi

# RANKS THREADS NAME SETTINGS…: trains, and prints the seconds of an epoch, the mean of those after the first: that one compiles, and
# its steps are cheaper, since adversarial ones begin when something was learned
train() {
  local ranks=$1 threads=$2 name=$3
  shift 3
  rm -rf "${work:?}/$name"
  local start=(mpirun --quiet --oversubscribe --bind-to none -n "$ranks")
  [ "$ranks" -eq 1 ] && start=()
  "${start[@]}" "$UNROLL" train "$work/rows.tsv" --out "$work/$name" --threads "$threads" --no-baselines --linear=false \
    --final-epochs 0 --dev-share 0.02 --epochs 4 "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
  python3 -c 'import json, statistics, sys
print(statistics.mean([json.loads(line)["train_seconds"] for line in open(sys.argv[1])][1:]))' "$work/$name/metrics.jsonl"
}

speed() {
  local rounds=${1:-3}
  python3 bench/rows.py 8000 20 >"$work/rows.tsv"
  echo "settings | one thread | two threads | two ranks | ranks / thread | ranks / threads"
  for settings in "" "--batch 128" "--batch 128 --hidden 256" "--cell lstm --batch 128" "--batch 128 --hidden 64 --embedding 50"; do
    : >"$work/times"
    for ((round = 0; round < rounds; round++)); do
      # shellcheck disable=SC2086
      echo "$(train 1 1 a $settings) $(train 1 2 b $settings) $(train 2 1 c $settings)" >>"$work/times"
      sha256sum "$work"/{a,b,c}/model.safetensors | cut -d' ' -f1 | uniq | wc -l | grep -qx 1 || { echo "bytes differ" >&2; exit 1; }
    done
    python3 -c 'import sys
one, two, ranks = (min(column) for column in zip(*(map(float, line.split()) for line in open(sys.argv[1]))))
print(f"{sys.argv[2]:40} | {one:.2f} s | {two:.2f} s | {ranks:.2f} s | {one / ranks:.2f} | {two / ranks:.2f}")' \
      "$work/times" "${settings:-default}"
  done
}

kills() {
  local wanted=${1:-50} killed=0 training=0 state=0
  python3 bench/rows.py 3000 12 >"$work/rows.tsv"
  local settings=(--hidden 16 --embedding 16 --epochs 4 --batch 64 --checkpoint-steps 10 --no-baselines --threads 1)
  local begun
  begun=$(date +%s%N)
  mpirun --quiet --oversubscribe -n 2 "$UNROLL" train "$work/rows.tsv" --out "$work/whole" "${settings[@]}" >/dev/null 2>&1
  local most=$((($(date +%s%N) - begun) / 1000000))
  RANDOM=42
  while [ "$killed" -lt "$wanted" ]; do
    training=$((training + 1))
    local run=$work/killed args
    rm -rf "$run"
    args=(train "$work/rows.tsv" --out "$run" "${settings[@]}")
    local ended=0
    for ((i = 0; i < 10 && killed < wanted && ended == 0; i++)); do
      local ranks=$((1 << (1 + RANDOM % 3)))
      mpirun --quiet --oversubscribe -n "$ranks" "$UNROLL" "${args[@]}" >"$work/log" 2>&1 &
      local job=$!
      sleep "$(printf '%d.%03d' $((RANDOM % most / 1000)) $((RANDOM % 1000)))"
      # One of the ranks, drawn too: the children of mpirun.
      local victims
      mapfile -t victims < <(ps -o pid= --ppid "$job")
      if kill -0 "$job" 2>/dev/null && [ "${#victims[@]}" -gt 0 ]; then
        kill -9 "${victims[RANDOM % ${#victims[@]}]}" 2>/dev/null && killed=$((killed + 1))
        local before
        before=$(date +%s)
        wait "$job" || true
        [ $(($(date +%s) - before)) -le 10 ] || { echo "the job took more than 10 s to end" >&2; exit 1; }
      else
        wait "$job" || true
      fi
      [ -f "$run/checkpoint/state.safetensors" ] && state=$((state + 1))
      [ -f "$run/train.json" ] && args=(train --resume "$run" --threads 1)
      [ -f "$run/report.html" ] && ended=1
    done
    "$UNROLL" "${args[@]}" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
    for file in model.safetensors config.json vocabulary.txt; do
      cmp "$work/whole/$file" "$run/$file"
    done
  done
  echo "$killed kills of a rank in $training trainings, $state of them after a checkpoint: the same bytes"
}

case "${1:-}" in
  speed | kills) "$@" ;;
  network) shift; bench/ranks-network.sh "$UNROLL" "$work" "$@" ;;
  *) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
