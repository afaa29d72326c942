import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { createSeededRandom } from '@destino/driver-testkit';
import { describe, expect, it } from 'vitest';
import { Trial, freshKey } from './trial.ts';

const jobs = 80;
const rounds = 25;

describe('a client that is killed at any instant', () => {
  it('loses no job and runs none twice, when another goes on with the same keys', async () => {
    const random = createSeededRandom(11);
    const trial = new Trial({ cores: 3 });
    const ran = join(trial.dir, 'ran');
    const keys = Array.from({ length: jobs }, freshKey);
    const program = fileURLToPath(new URL('./submit-many.ts', import.meta.url));
    let told = new Set<string>();
    for (let round = 0; told.size < jobs; round += 1) {
      const left = keys.filter((key) => !told.has(key));
      const words = ['--conditions=@destino/source', program, JSON.stringify(trial.config), JSON.stringify(left), ran];
      const child = spawn(execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.stdout.once('data', () => {
        if (round < rounds) setTimeout(() => child.kill('SIGKILL'), random.next() * 25);
      });
      await gone;
      told = new Set([...told, ...text.split('\n').filter((line) => keys.includes(line))]);
    }
    for (const key of keys) {
      const found = await trial.jobs.find(key);
      if (!found.found) throw new Error(`${key} was lost`);
      const view = await trial.ended(found.handle);
      expect([view.state, view.exits, await trial.log(found.handle, 'stderr')]).toEqual(['succeeded', [{ node: 0, cause: 'exit', code: 0 }], '']);
    }
    expect(readFileSync(ran, 'utf8').trim().split('\n').toSorted()).toEqual(keys.toSorted());
    trial.dispose();
  });
});
