// Runs exported models in onnxruntime.
//   node run.js RUNS.json
// RUNS.json is a list of { model: path, batches: [{ ids: [[…]], time, lengths: […] }] }, ids padded to time. A batch for a model
// with a linear part has { terms: [[…]], term_counts: [[…]], terms_shape: […], counts_shape: […] } too, one for a model with
// sub-words { subwords: […], subwords_shape: […] }. Standard output is a list
// of what each model gives for each batch: { probabilities: [[…]], logits: [[…]] }, or { error } where a model or a batch fails.
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
  for (const { ids, time, lengths, terms, term_counts, terms_shape, counts_shape, subwords, subwords_shape } of batches) {
    const inputs = { ids: int64(ids.flat(), [ids.length, time]), lengths: int64(lengths, [lengths.length]) };
    if (terms) {
      inputs.terms = int64(terms.flat(), terms_shape);
      inputs.term_counts = new Tensor("float32", Float32Array.from(term_counts.flat(), Number), counts_shape);
    }
    if (subwords)
      inputs.subwords = int64(subwords, subwords_shape);
    outputs.push(await session.run(inputs).then(
      result => ({ probabilities: rows(result.probabilities), logits: rows(result.logits) }),
      error => ({ error: String(error.message) })));
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
