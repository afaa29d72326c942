// Trains a softmax regression on Fisher's iris flowers: four measures of 150 flowers of three species.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { accuracy, standardiser, train } from './softmax.mjs';
import { split } from './split.mjs';

const text = { type: 'string' };
const { values } = parseArgs({ options: { data: text, epochs: text, rate: text, model: text } });
const rows = JSON.parse(readFileSync(values.data, 'utf8'));
const species = [...new Set(rows.map((row) => row[4]))];
const flowers = rows.map((row) => ({ measures: row.slice(0, 4), kind: species.indexOf(row[4]) }));
const { kept, heldBack } = split(flowers);
console.log(`${flowers.length} flowers of ${species.length} species: ${kept.length} to learn from, ${heldBack.length} held back`);

const scale = standardiser(kept);
const scaled = (each) => each.map(({ measures, kind }) => ({ measures: scale.apply(measures), kind }));
const epochs = Number(values.epochs);
const weights = train(scaled(kept), species.length, {
  epochs,
  rate: Number(values.rate),
  onEpoch: (epoch, loss) => {
    if (epoch % Math.ceil(epochs / 5) === 0) console.log(`epoch ${String(epoch).padStart(4)}  loss ${loss.toFixed(4)}`);
  },
});

const result = accuracy(scaled(heldBack), weights);
mkdirSync(values.model, { recursive: true });
writeFileSync(join(values.model, 'model.json'), `${JSON.stringify({ species, mean: scale.mean, deviation: scale.deviation, weights })}\n`);
mkdirSync('outputs', { recursive: true });
writeFileSync('outputs/metrics.json', `${JSON.stringify({ accuracy: result, heldBack: heldBack.length })}\n`);
console.log(`accuracy on the ${heldBack.length} flowers held back: ${result.toFixed(3)}`);
