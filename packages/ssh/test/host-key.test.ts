import { createTestContext } from '@destino/driver-testkit';
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judgeKey, parseKnownHosts } from '../src/connection/known-hosts.ts';
import { newKeyPair } from '../src/test-server/index.ts';
import { Place, realClock } from './trial.ts';

const key = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'base64');
const text = key.toString('base64');
const judge = (lines: string, name: string): string => judgeKey(parseKnownHosts(lines, 'file'), name, key).is;

describe('known hosts', () => {
  it('know a host by its name, by a pattern, by a port, and by a hash', () => {
    const salt = Buffer.from('01234567890123456789');
    const hash = createHmac('sha1', salt).update('[gpu1]:2222').digest('base64');
    expect(judge(`gpu1,10.0.0.1 ssh-ed25519 ${text}`, '10.0.0.1')).toBe('known');
    expect(judge(`*.example.com ssh-ed25519 ${text}`, 'a.example.com')).toBe('known');
    expect(judge(`|1|${salt.toString('base64')}|${hash} ssh-ed25519 ${text} me@here`, '[gpu1]:2222')).toBe('known');
    expect(judge(`gpu1 ssh-ed25519 ${text}`, '[gpu1]:2222')).toBe('new');
  });

  it('leave out what a line excludes, what is a remark, and keys of authorities', () => {
    expect(judge(`*.example.com,!bad.example.com ssh-ed25519 ${text}`, 'bad.example.com')).toBe('new');
    expect(judge(`# gpu1 ssh-ed25519 ${text}\n@cert-authority gpu1 ssh-ed25519 ${text}`, 'gpu1')).toBe('new');
  });

  it('tell a changed key, of another type too, and a revoked one, which counts though another line knows it', () => {
    expect(judge('gpu1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA', 'gpu1')).toBe('changed');
    expect(judge('gpu1 ssh-rsa AAAAB3NzaC1yc2EAAAA', 'gpu1')).toBe('changed');
    expect(judge(`gpu1 ssh-ed25519 ${text}\n@revoked * ssh-ed25519 ${text}`, 'gpu1')).toBe('revoked');
  });
});

describe('the host key of a machine', () => {
  let place: Place;
  beforeEach(() => {
    place = new Place();
  });
  afterEach(async () => await place.end());

  it('that is new is refused where nobody can be asked, with its fingerprint and the option', async () => {
    const server = await place.serve({ known: false });
    await expect(place.say(place.link(server), 'true')).rejects.toMatchObject({ code: 'forbidden', message: expect.stringMatching(/SHA256:/), hint: expect.stringContaining('acceptNewHostKey') });
    expect(place.read('known_hosts')).toBe('');
  });

  it('that is new is asked about, kept after a yes, and not asked about again', async () => {
    const asked: string[] = [];
    place.context = createTestContext({ clock: realClock, ask: async ({ text: question }) => (asked.push(question), 'yes') });
    const server = await place.serve({ known: false });
    expect(await place.say(place.link(server), 'echo in')).toBe('in');
    expect(await place.say(place.link(server), 'echo again')).toBe('again');
    expect(asked).toHaveLength(1);
    expect(place.read('known_hosts')).toBe(server.knownHosts);
  });

  it('that is new is taken at once with acceptNewHostKey', async () => {
    const server = await place.serve({ known: false });
    expect(await place.say(place.link(server, { acceptNewHostKey: true }), 'echo in')).toBe('in');
    expect(place.read('known_hosts')).toBe(server.knownHosts);
  });

  it('that has changed is refused, whatever is accepted, before anything is sent', async () => {
    const server = await place.serve();
    const { port } = server;
    await server.close();
    const other = await place.serve({ port, known: false, hostKey: newKeyPair().privateKey });
    const link = place.link(other, { acceptNewHostKey: true });
    await expect(place.say(link, 'true')).rejects.toMatchObject({ code: 'forbidden', message: expect.stringContaining('has changed'), hint: expect.stringContaining('ssh-keygen') });
    expect(other.counts.commands).toBe(0);
  });
});
