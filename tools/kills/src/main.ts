import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { auditLine } from './audit.ts';
import { runKills } from './run-kills.ts';

/** One run on SQLite: `node --conditions=@destino/source tools/kills/src/main.ts [--seed N] [--kills N] [--jobs N]`. */
const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, kills: { type: 'string', default: '20' }, jobs: { type: 'string', default: '60' }, hosts: { type: 'string', default: '1' }, import: { type: 'string' } },
});
const folder = await mkdtemp(join(tmpdir(), 'destino-kills-'));
try {
  const result = await runKills({
    seed: Number(values.seed),
    kills: Number(values.kills),
    jobs: Number(values.jobs),
    hosts: Number(values.hosts),
    place: { store: { file: join(folder, 'state.db') }, blobs: join(folder, 'blobs') },
    ...(values.import !== undefined && { nodeArguments: ['--import', values.import] }),
  });
  for (const problem of result.problems) console.error(problem);
  console.log(auditLine(result));
  if (result.problems.length > 0) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
