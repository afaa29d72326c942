// Trains a small classifier on real flowers, as a job, on this machine: the first thing to try after `npm ci`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const example = join(root, 'examples/iris-js');
const trial = mkdtempSync(join(tmpdir(), 'destino-quickstart-'));
// A state folder of its own, gone at the end: trying leaves nothing behind.
const env = { ...process.env, DESTINO_STATE_DIR: join(trial, 'state') };

function destino(words, options = {}) {
  console.log(`\n$ destino ${words.join(' ')}`);
  const run = spawnSync(process.execPath, [join(root, 'apps/cli/bin/destino.js'), ...words], { cwd: example, env, stdio: 'inherit', ...options });
  if (run.status !== 0) throw new Error(`destino ${words.join(' ')} ended with ${run.status ?? run.signal}`);
}

try {
  destino(['check', 'job.yml']);
  destino(['run', 'job.yml', '--name', 'quickstart']);
  destino(['job', 'download', 'quickstart', '--to', join(trial, 'outputs')]);
  const { accuracy, heldBack } = JSON.parse(readFileSync(join(trial, 'outputs/outputs/metrics.json'), 'utf8'));
  console.log(`\nmeasured accuracy on ${heldBack} flowers that the model had not seen: ${accuracy.toFixed(3)}`);
  console.log(`
Nothing is left running, and the trial's own state is removed. What to try next:
  npx destino run -- node -e 'console.log("hello")'          any command as a job
  mkdir demo && cd demo && npx destino init --example iris-js && npx destino run job.yml
  npx destino run examples/iris-js/job.yml --set inputs.epochs=50 --detach && npx destino ps
  npx destino --help`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(trial, { recursive: true, force: true });
}
