import { argv, stdout } from 'node:process';
import { quoteShell } from '@destino/helper';
import { localConfigSchema } from '../src/config.ts';
import { Trial, spec } from './trial.ts';

/** A client that submits jobs under given keys, one after the other, and says so: for a test to kill in between. */
const [, , config = '{}', keys = '[]', ran = ''] = argv;
const trial = new Trial(localConfigSchema.parse(JSON.parse(config)));
const snapshot = trial.context.addSnapshot({ 'say.sh': 'echo "$1" >> "$2"' });
for (const key of JSON.parse(keys) as string[]) {
  await trial.submit(spec(`sh say.sh ${key} ${quoteShell(ran)}`, { snapshot }), key);
  stdout.write(`${key}\n`);
}
