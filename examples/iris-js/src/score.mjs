// Answers requests with the species of flowers: { "data": [[5.1, 3.5, 1.4, 0.2], …] } → { "species": ["setosa", …], "chances": [[…], …] }
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { predict } from './softmax.mjs';

let model;

/** Once per worker, before the first request. */
export function init() {
  model = JSON.parse(readFileSync(join(process.env.AZUREML_MODEL_DIR, 'model', 'model.json'), 'utf8'));
}

/** Once per request. */
export function run(text) {
  const { data } = JSON.parse(text);
  const chances = data.map((measures) => predict(measures.map((value, index) => (value - model.mean[index]) / model.deviation[index]), model.weights));
  return { species: chances.map((each) => model.species[each.indexOf(Math.max(...each))]), chances };
}
