#!/usr/bin/env bash
# bench/ranks.sh network: two network namespaces joined by veth stand for two machines; tc limits the rate of both ends.
# Prints for each rate the seconds of a step, measured and as bench/ranks.py predicts them.
#   bench/ranks-network.sh COMMAND FOLDER [MBIT …]
set -euo pipefail
unroll=$1 work=$2
shift 2
[ $# -gt 0 ] || set -- 10000 1000 300 100
one=unroll-a-$$ two=unroll-b-$$
cleanup() {
  ip netns del "$one" 2>/dev/null || true
  ip netns del "$two" 2>/dev/null || true
}
trap cleanup EXIT
ip netns add "$one"
ip netns add "$two"
ip link add veth0 netns "$one" type veth peer name veth0 netns "$two"
address=1
for space in "$one" "$two"; do
  ip -n "$space" address add "10.77.0.$address/24" dev veth0
  ip -n "$space" link set veth0 up
  ip -n "$space" link set lo up
  address=$((address + 1))
done
# mpirun starts the second machine's daemon through this, in place of ssh.
cat >"$work/agent" <<AGENT
#!/usr/bin/env bash
shift
exec ip netns exec $two unshare --uts bash -c "hostname second; \$*"
AGENT
chmod +x "$work/agent"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
over_network() {
  ip netns exec "$one" unshare --uts bash -c 'hostname first; exec "$@"' -- mpirun --quiet --bind-to none \
    --mca plm_rsh_agent "$work/agent" --mca btl tcp,self --mca btl_tcp_if_include veth0 --mca oob_tcp_if_include veth0 \
    --host 10.77.0.1,10.77.0.2 -n 2 "$@"
}
limit() {
  for space in "$one" "$two"; do
    tc -n "$space" qdisc replace dev veth0 root tbf rate "$1mbit" burst 64kb latency 400ms
  done
}
if [ "${TRY:-}" ]; then
  limit 1000
  over_network hostname
  exit
fi
python3 bench/rows.py 8000 20 >"$work/rows.tsv"
settings=(--threads 1 --no-baselines --linear=false --final-epochs 0 --dev-share 0.02 --epochs 4 --batch 128)
# The mean of the epochs after the first, as in bench/ranks.sh.
seconds() {
  python3 -c 'import json, statistics, sys
print(round(statistics.mean([json.loads(line)["train_seconds"] for line in open(sys.argv[1])][1:]), 2))' "$1/metrics.jsonl"
}
"$unroll" train "$work/rows.tsv" --out "$work/alone" "${settings[@]}" >"$work/log" 2>&1
OMPI_MCA_btl_vader_single_copy_mechanism=none mpirun --quiet --oversubscribe --bind-to none -n 2 \
  "$unroll" train "$work/rows.tsv" --out "$work/here" "${settings[@]}" >"$work/log" 2>&1
alone=$(seconds "$work/alone") here=$(seconds "$work/here")
echo "one thread $alone s, two ranks of one machine $here s an epoch"
for rate in "$@"; do
  limit "$rate"
  rm -rf "$work/two"
  over_network "$unroll" train "$work/rows.tsv" --out "$work/two" "${settings[@]}" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  cmp "$work/alone/model.safetensors" "$work/two/model.safetensors"
  python3 bench/ranks.py check "$alone" "$here" "$rate" "$(seconds "$work/two")"
done
