// OpenAI's client against a server: node openai.mjs URL KEY. Prints the models, and the label of a text.
import OpenAI from "openai";

const [url, apiKey] = process.argv.slice(2);
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
const models = [];
for await (const model of client.models.list()) models.push(model.id);
console.log(models.join(" "));
const answer = await client.post("/classify", { body: { model: models[0], input: "the movie is good" } });
console.log(answer.data[0].label);
try {
  await client.post("/classify", { body: { model: "none", input: "a" } });
} catch (error) {
  console.log(`${error.constructor.name} ${error.status} ${error.message}`);
}
