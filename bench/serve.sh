#!/usr/bin/env bash
# What `unroll serve` bears on this machine, beside ONNX Runtime and ML.NET behind the minimal API that people write, the load coming from
# a second process on the same machine: texts of 20 words, a model of the default size.
#   bench/serve.sh [PART…]        throughput half overload reload start, all by default
# throughput: requests a second, p50 and p99 at 1, 8 and 64 connections; half: p99 at half of what 64 connections reached; overload: 2,000
# connections for SECONDS (60) against a queue of 256, then the time until the server answers as before; reload: 200 reloads, by turns of
# two models, under load; start: from the start of the process to the first answer, and memory.
# DATA is the folder of the sets, WORK where programs and models are kept (a folder of the temporary folder, removed at the end).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
data=${DATA:-$root/../shared/data}/snips
seconds=${SECONDS_OF_OVERLOAD:-60}
if [ -z "${WORK:-}" ]; then
  WORK=$(mktemp -d)
  temporary=$WORK
fi
work=$WORK
server= # process that was started last
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; [ -z "${temporary:-}" ] || rm -rf "$temporary"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
url=http://127.0.0.1:8677

# Programs and models, once.
[ -e "$work/cli/Unroll.Cli" ] || dotnet publish "$root/src/Unroll.Cli" -c Release -o "$work/cli" -v quiet >&2
[ -e "$work/bench/Unroll.Bench" ] || dotnet publish "$root/bench/Unroll.Bench" -c Release -o "$work/bench" -v quiet >&2
if ! [ -e "$work/peer/ServerPeer" ]; then
  mkdir -p "$work/source"
  cp -r "$root/bench/peers/ServerPeer" "$root/bench/peers/OrtPeer" "$work/source"
  echo '<Project/>' | tee "$work/source/Directory.Build.props" >"$work/source/Directory.Packages.props"
  dotnet publish "$work/source/ServerPeer" -c Release -p:UnrollRoot="$root" -o "$work/peer" -v quiet >&2
fi
unroll=$work/cli/Unroll.Cli
for seed in 42 43; do
  [ -d "$work/model$seed" ] || "$unroll" train "$data/train.tsv" --dev "$data/dev.tsv" --seed $seed --out "$work/model$seed" --quiet >&2
done
# ONNX Runtime gets a model without linear part, whose terms would have to be counted for it.
[ -d "$work/network" ] || "$unroll" train "$data/train.tsv" --dev "$data/dev.tsv" --linear=false --epochs 3 --out "$work/network" --quiet >&2
[ -e "$work/model.onnx" ] || "$unroll" export "$work/network" --onnx "$work/model.onnx" --overwrite >&2
if ! [ -e "$work/mlnet" ]; then
  cp -r "$root/bench/peers/Classifiers" "$work/source"
  dotnet run -c Release --project "$work/source/Classifiers/MlNet" -- train "$data/train.tsv" "$work/mlnet" >&2
fi

load() { "$work/bench/Unroll.Bench" load "$url/v1/classify" "$data/test.tsv" "$@"; }
field() { sed -E "s/.*\"$1\":([^,}]*).*/\1/"; }
serve() {
  "$@" >"$work/log" 2>&1 &
  server=$!
  for _ in $(seq 200); do
    curl -s -o "$work/first" "$url/v1/classify" -H 'Content-Type: application/json' -d '{"input":"play music"}' && return
    sleep 0.05
  done
  echo "error: the server does not answer:" >&2
  cat "$work/log" >&2
  exit 1
}
stop() { kill "$server"; wait "$server" || true; server=; }
memory() { awk '/VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$server/status"; }
ours() { serve "$unroll" serve "model=$work/$1" --urls $url "${@:2}"; }

throughput() {
  echo '| server | connections | requests a second | p50 ms | p99 ms | memory MB |'
  echo '|---|--:|--:|--:|--:|--:|'
  for name in Unroll 'Unroll, network alone' 'ONNX Runtime 1.31, network alone' 'ML.NET 5'; do
    local model=()
    case $name in
      Unroll) ours model42; model=(--model "$work/model42") ;;
      Unroll*) ours network; model=(--model "$work/network") ;;
      ONNX*) serve "$work/peer/ServerPeer" $url ort "$work/network" "$work/model.onnx"; model=(--model "$work/network") ;;
      ML*) serve "$work/peer/ServerPeer" $url mlnet "$work/mlnet" ;;
    esac
    load --connections 8 --seconds 4 >/dev/null
    for connections in 1 8 64; do
      load --connections $connections --seconds 6 "${model[@]}" >"$work/last"
      echo "| $name | $connections | $(field per_second <"$work/last") | $(field p50_ms <"$work/last") | $(field p99_ms <"$work/last") | $(memory) |"
    done
    stop
  done
}

half() {
  rm -f "$work/by-load"
  ours model42
  load --connections 64 --seconds 4 >/dev/null
  load --connections 64 --seconds 6 >"$work/last"
  local capacity=$(field per_second <"$work/last")
  for share in 25 50 75 90; do
    load --connections 64 --rate $((capacity * share / 100)) --seconds 10 --model "$work/model42" >"$work/last"
    echo "$share % of $capacity requests a second: p50 $(field p50_ms <"$work/last") ms, p99 $(field p99_ms <"$work/last") ms"
    sed "s/^{/{\"share\":$share,/" "$work/last" >>"$work/by-load"
  done
  echo "measured points for bench capacity: $work/by-load"
  stop
}

overload() {
  ours model42 --queue 256
  load --connections 8 --seconds 4 --model "$work/model42" >"$work/last"
  local before=$(memory) after most=0 p50=$(field p50_ms <"$work/last")
  load --connections 2000 --seconds "$seconds" --model "$work/model42" >"$work/last" &
  local loading=$!
  while kill -0 $loading 2>/dev/null; do
    after=$(memory)
    [ "$after" -gt "$most" ] && most=$after
    sleep 0.5
  done
  wait $loading || true
  sleep 1
  load --connections 8 --seconds 1 --model "$work/model42" >"$work/then"
  echo "2,000 connections for $seconds s: $(cat "$work/last")"
  echo "memory before $before MB, most $most MB, a second after the end $(memory) MB"
  echo "p50 of 8 connections before $p50 ms, a second after the end $(field p50_ms <"$work/then") ms"
  stop
}

reload() {
  cp -r "$work/model42" "$work/changing"
  serve "$unroll" serve "model=$work/changing" --urls $url
  load --connections 16 --seconds 60 --model "$work/model42" --model "$work/model43" >"$work/last" &
  local loading=$! failed=0 done=0
  while kill -0 $loading 2>/dev/null && [ $done -lt 200 ]; do
    done=$((done + 1))
    rm -rf "$work/next"
    cp -r "$work/model$((42 + done % 2))" "$work/next"
    mv "$work/changing" "$work/old" && mv "$work/next" "$work/changing" && rm -rf "$work/old"
    [ "$(curl -s -o /dev/null -w '%{http_code}' -X POST $url/v2/repository/models/model/load)" = 200 ] || failed=$((failed + 1))
  done
  wait $loading || true
  echo "$done reloads of two models by turns under load, $failed failed: $(cat "$work/last")"
  stop
  rm -rf "$work/changing"
}

start() {
  for _ in 1 2 3 4 5; do
    local began=$EPOCHREALTIME
    "$unroll" serve "model=$work/model42" --urls $url >"$work/log" 2>&1 &
    server=$!
    until curl -s -o "$work/first" $url/v1/classify -d '{"input":"play music"}'; do sleep 0.005; done
    echo "start to first answer $(awk "BEGIN { printf \"%.0f\", 1000 * ($EPOCHREALTIME - $began) }") ms, memory $(memory) MB"
    stop
  done
}

for part in ${@:-throughput half overload reload start}; do
  echo "== $part"
  $part
done
