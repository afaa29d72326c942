import { parseArgs } from 'node:util';
import { createFakeRemote } from './create-fake-remote.ts';
import { serveFakeRemote } from './remote-server.ts';
import { remoteSettingsSchema } from './remote/settings.ts';

/**
 * A remote world of its own process, so that whoever uses it can be killed while the world lives on. Options:
 * `--listen PATH|PORT` (default: any port), `--settings JSON`. It writes one line, `{"address":…}`, and ends with its
 * stdin, so that it never outlives the test that started it.
 */
const { values } = parseArgs({ options: { listen: { type: 'string', default: '0' }, settings: { type: 'string', default: '{}' } } });
const listen = /^\d+$/.test(values.listen) ? Number(values.listen) : values.listen;
const settings = remoteSettingsSchema.parse(JSON.parse(values.settings));
const server = await serveFakeRemote(createFakeRemote({ nowMs: () => Math.floor(performance.now()), ...settings }), listen);
process.stdout.write(`${JSON.stringify({ address: server.address })}\n`);
process.stdin.resume();
process.stdin.once('end', () => void server.close());
