import { argv, stdout } from 'node:process';
import { localConfigSchema } from '../src/config.ts';
import { Trial, spec } from './trial.ts';

/** A client that submits, tells the handle, and never ends by itself: for a test to kill. */
const [, , config = '{}', key = ''] = argv;
const trial = new Trial(localConfigSchema.parse(JSON.parse(config)));
const handle = await trial.submit(spec('sleep 0.7; echo survived'), key);
stdout.write(`${JSON.stringify(handle)}\n`);
setInterval(() => undefined, 1000);
