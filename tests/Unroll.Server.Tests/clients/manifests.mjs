// Holds every document of a YAML file to the schema of its apiVersion and kind: node manifests.mjs FILE. Prints a line for each; what
// Kubernetes itself has no schema for, such as KServe's kinds, is only read.
import { readFileSync } from "node:fs";
import { loadAll } from "js-yaml";

let failed = false;
for (const document of loadAll(readFileSync(process.argv[2], "utf8"))) {
  const { apiVersion, kind } = document;
  let Schema;
  try {
    ({ [kind]: Schema } = await import(`kubernetes-models/${apiVersion}/${kind}`));
  } catch {
    console.log(`${apiVersion} ${kind}: read`);
    continue;
  }
  try {
    new Schema(document).validate();
    console.log(`${apiVersion} ${kind}: valid`);
  } catch (error) {
    failed = true;
    console.log(`${apiVersion} ${kind}: ${error.message}`);
  }
}
process.exit(failed ? 1 : 0);
