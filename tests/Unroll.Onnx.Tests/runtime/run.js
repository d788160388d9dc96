// Runs exported models in onnxruntime.
//   node run.js RUNS.json
// RUNS.json is a list of { model: path, batches: [{ ids: [[…]], lengths: […] }] }, ids padded to one length. Standard output is
// a list of what each model gives for each batch: { probabilities: [[…]], logits: [[…]] }, or { error } where a model fails.
const { readFileSync } = require("node:fs");
const { InferenceSession, Tensor } = require("onnxruntime-node");

const int64 = (values, shape) => new Tensor("int64", BigInt64Array.from(values, BigInt), shape);

function rows(tensor) {
  const [count, width] = tensor.dims;
  return Array.from({ length: count }, (_, row) => Array.from(tensor.data.subarray(row * width, (row + 1) * width)));
}

async function run({ model, batches }) {
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const outputs = [];
  for (const { ids, lengths } of batches) {
    const result = await session.run({
      ids: int64(ids.flat(), [ids.length, ids[0].length]),
      lengths: int64(lengths, [lengths.length]),
    });
    outputs.push({ probabilities: rows(result.probabilities), logits: rows(result.logits) });
  }
  return { outputs };
}

async function main() {
  const results = [];
  for (const entry of JSON.parse(readFileSync(process.argv[2], "utf8")))
    results.push(await run(entry).catch(error => ({ error: String(error.message) })));
  process.stdout.write(JSON.stringify(results));
}

main();
