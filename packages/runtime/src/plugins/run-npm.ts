import { execFile } from 'node:child_process';
import { DestinoError } from '@destino/core/errors';
import type { Variables } from '../workspace/places.ts';

const installsWithinMs = 600_000;
const outputBytes = 16_000_000;

/** Runs npm as the user has it. Install scripts never run: they would be code that nobody has trusted yet. */
export async function runNpm(words: readonly string[], options: { folder: string; variables: Variables; doing: string }): Promise<string> {
  const { folder, variables, doing } = options;
  const [program, ...before] = process.platform === 'win32' ? ['cmd.exe', '/d', '/s', '/c', 'npm'] : ['npm'];
  return await new Promise((resolve, reject) => {
    const given = { cwd: folder, env: variables, timeout: installsWithinMs, maxBuffer: outputBytes, windowsHide: true };
    execFile(program ?? 'npm', [...before, ...words, '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'], given, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(failure(error, stderr, doing));
    });
  });
}

function failure(error: Error & { code?: unknown }, stderr: string, doing: string): DestinoError {
  if (error.code === 'ENOENT') return new DestinoError('not-found', `npm is needed to ${doing}, and is not on the PATH`, { hint: 'install Node with npm: https://nodejs.org', cause: error });
  const words = stderr.split('\n').map((line) => line.replace(/^npm (error|ERR!) ?/, '').trim()).filter((line) => line !== '' && !line.includes('complete log of this run'));
  const code = /^code (E\w+)$/.exec(words[0] ?? '')?.[1];
  const absent = code === 'E404' || code === 'ENOENT' || code === 'ETARGET';
  return new DestinoError(absent ? 'not-found' : 'unavailable', `npm could not ${doing}: ${words.slice(code === undefined ? 0 : 1, 4).join('; ') || error.message}`, {
    cause: error,
    hint: absent ? 'look at the name, the version or the path' : 'see why: npm ping',
  });
}
