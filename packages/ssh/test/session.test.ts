import { createServer, connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchFile, forwardPort, runSession, sendFile } from '../src/index.ts';
import type { SshLink } from '../src/connection/link.ts';
import { Place } from './trial.ts';

describe('a machine in a terminal', () => {
  let place: Place;
  let link: SshLink;
  beforeEach(async () => {
    place = new Place();
    link = place.link(await place.serve());
  });
  afterEach(async () => await place.end());

  it('runs a command with these words, this input and its exit code', async () => {
    const [output, errors] = [new PassThrough(), new PassThrough()];
    const words = ['sh', '-c', 'printf "%s|" "$@"; cat; echo bad >&2; exit 7', 'sh', "it's", '$HOME', 'a  b'];
    const code = await runSession(link, { input: Readable.from(['typed']), output, errors }, { words });
    output.end();
    errors.end();
    expect([code, await text(output), await text(errors)]).toEqual([7, "it's|$HOME|a  b|typed", 'bad\n']);
  });

  it('has its ports reached from here', async () => {
    const server = createServer((socket) => socket.pipe(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const problems: unknown[] = [];
    const forwarding = await forwardPort(link, { localPort: 0, host: '127.0.0.1', port: (server.address() as AddressInfo).port, onError: (error) => problems.push(error) });
    const socket = connect(forwarding.port, '127.0.0.1');
    socket.end('echoed');
    expect(await text(socket)).toBe('echoed');
    await forwarding[Symbol.asyncDispose]();
    server.close();
    expect(problems).toEqual([]);
  });

  it('takes and gives single files, whole or not at all, whatever their names', async () => {
    const here = join(place.dir, 'here.bin');
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
    writeFileSync(here, content);
    await sendFile(link, here, `~/it's "there" $x`);
    expect(readFileSync(join(place.home, `it's "there" $x`)).equals(content)).toBe(true);
    await fetchFile(link, `~/it's "there" $x`, join(place.dir, 'back.bin'));
    expect(readFileSync(join(place.dir, 'back.bin')).equals(content)).toBe(true);
    await expect(fetchFile(link, '~/absent', join(place.dir, 'none'))).rejects.toMatchObject({ code: 'not-found' });
    expect(existsSync(join(place.dir, 'none')) || existsSync(join(place.dir, 'none.part'))).toBe(false);
    await expect(sendFile(link, here, '/')).rejects.toMatchObject({ code: 'not-found' });
  });
});
