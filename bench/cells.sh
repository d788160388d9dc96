#!/usr/bin/env bash
# Every cell and the Transformer with all other settings as they are: test accuracy of the model and of its network alone, and parameters.
#   bench/cells.sh FOLDER [SET…]        sst2-glue, trec6 and movie_reviews by default
# Each training is a line of FOLDER/trainings.jsonl, and one that stands there is not done again, so a run that was ended goes on. Then the
# table is printed. DATA is the folder of the sets, CELLS the cells, SEEDS the seeds (42 43 44), THREADS the threads of a training (it
# decides no figure), BIN a folder with a published command, if there is one.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
data=${DATA:-$root/../shared/data}
cells=${CELLS:-rnn gru lstm mingru minlstm sru peephole coupled janet slstm deltanet deltanet1 transformer}
[ $# -gt 0 ] || { echo "error: the folder of the results is missing" >&2; exit 2; }
folder=$1
shift
sets=${@:-sst2-glue trec6 movie_reviews}
mkdir -p "$folder"
all=$folder/trainings.jsonl
touch "$all"
if [ -z "${BIN:-}" ]; then
  BIN=$folder/bin
  dotnet publish "$root/src/Unroll.Cli" -c Release -o "$BIN" -v quiet >&2
fi
for seed in ${SEEDS:-42 43 44}; do
  for set in $sets; do
    for cell in $cells; do
      key="{\"set\":\"$set\",\"cell\":\"$cell\",\"seed\":$seed,"
      ! grep -qF "$key" "$all" || continue
      "$BIN/Unroll.Cli" train "$data/$set/train.tsv" --test "$data/$set/test.tsv" --cell "$cell" --seed "$seed" \
        --threads "${THREADS:-$(nproc)}" --json >"$folder/out" 2>"$folder/log" || { cat "$folder/log" >&2; exit 1; }
      echo "$key\"result\":$(tail -n 1 "$folder/out")}" >>"$all"
    done
  done
done
python3 - "$all" "$sets" "$cells" <<'P'
import json, statistics, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
sets, cells = sys.argv[2].split(), sys.argv[3].split()
def figures(values):
    percent = [100 * value for value in values]
    spread = f" ± {statistics.stdev(percent):.2f}" if len(percent) > 1 else ""
    return f"{statistics.mean(percent):.2f}{spread}" if percent else ""
print("| cell | " + " | ".join(f"{name}: model | network alone" for name in sets) + " |")
print("|---|" + "---|---|" * len(sets))
for cell in cells:
    line = [cell]
    for name in sets:
        results = [row["result"] for row in rows if row["set"] == name and row["cell"] == cell]
        line.append(figures([result["test_accuracy"] for result in results]))
        line.append(figures([result["baselines"]["network"]["test_accuracy"] for result in results]))
    print("| " + " | ".join(line) + " |")
P
