import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('runs the example of an application that embeds Destino', async () => {
  const root = await mkdtemp(join(tmpdir(), 'destino-embed-'));
  try {
    const example = fileURLToPath(new URL('../../../examples/embed/train.mjs', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@destino/source', example], { cwd: root, env: { PATH: process.env['PATH'], HOME: root, DESTINO_STATE_DIR: join(root, 'state') } });
    expect(stdout).toContain("state: 'succeeded'");
    expect(stdout).toContain('hello from a job\\n');
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  }
});
