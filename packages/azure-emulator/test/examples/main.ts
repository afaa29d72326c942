import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { answerExamples } from './answer-examples.ts';

/**
 * `npm run test:truth -- --examples DIR [--only REGEX]`: has the emulator answer every official example below DIR,
 * laid out like Microsoft's repository, and prints how many it answered in shape.
 */
const { values } = parseArgs({ options: { examples: { type: 'string' }, only: { type: 'string' } } });
const descriptions = join(process.env['DESTINO_TRUTH'] ?? '../shared', 'azure-specs');
const results = await answerExamples({ descriptions, examples: values.examples ?? descriptions, ...(values.only !== undefined && { only: new RegExp(values.only, 'i') }) });
for (const { name, problems } of results) if (problems.length > 0) process.stdout.write(`not answered: ${name}\n${problems.map((each) => `  ${each}\n`).join('')}`);
const answered = results.filter(({ problems }) => problems.length === 0).length;
process.stdout.write(`answered ${answered} of ${results.length}\n`);
process.exitCode = results.length > 0 && answered === results.length ? 0 : 1;
