import { writeFileSync } from 'node:fs';
import { isDestinoError } from '@destino/core/errors';
import { createTestContext } from '@destino/driver-testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newKeyPair } from '../src/test-server/index.ts';
import { Place, realClock } from './trial.ts';

describe('a connection to a machine', () => {
  let place: Place;
  beforeEach(() => {
    place = new Place();
  });
  afterEach(async () => await place.end());

  it('signs in with a key and runs a command', async () => {
    const server = await place.serve();
    expect(await place.say(place.link(server), 'echo $HOME')).toBe(place.home);
  });

  it('is one for many commands at once, and never has more channels than it may', async () => {
    const server = await place.serve({ maxChannels: 6 });
    const link = place.link(server, { maxChannels: 3 });
    const said = await Promise.all(Array.from({ length: 12 }, async (_, index) => await place.say(link, `echo ${index}`)));
    expect(said).toEqual(Array.from({ length: 12 }, (_, index) => String(index)));
    expect(server.counts.connections).toBe(1);
  });

  it('is made anew by the next call after it was cut, and the cut call says that it was lost', async () => {
    const server = await place.serve();
    const link = place.link(server);
    const cut = place.say(link, 'echo begun; sleep 600').catch((error: unknown) => error);
    await place.say(link, 'true');
    server.cut();
    expect(await cut).toMatchObject({ code: 'unavailable', retry: 'same' });
    expect(await place.say(link, 'echo again')).toBe('again');
    expect(link.generation).toBe(2);
  });

  it('waits longer after each failure, and says how long', async () => {
    const server = await place.serve();
    const link = place.link(server);
    server.refuse(true);
    const errors: unknown[] = [];
    for (let tries = 0; tries < 3; tries += 1) await place.say(link, 'true').catch((error: unknown) => errors.push(error));
    expect(errors.every((error) => isDestinoError(error, 'unavailable'))).toBe(true);
    expect((errors[2] as { retryAfterMs?: number }).retryAfterMs).toBeGreaterThan(0);
  });

  it('goes through a jump host, whose key is checked too', async () => {
    const [server, jump] = [await place.serve(), await place.serve()];
    const link = place.link(server, { proxyJump: `tester@127.0.0.1:${jump.port}` });
    expect(await place.say(link, 'echo through')).toBe('through');
    expect([jump.counts.connections, server.counts.connections]).toEqual([1, 1]);
  });

  it('reads host, port, user, key and jump host from an OpenSSH configuration', async () => {
    const [server, jump] = [await place.serve(), await place.serve()];
    const text = [
      'Host gpu*',
      `  HostName 127.0.0.1`,
      `  Port ${server.port}`,
      `  ProxyJump bastion`,
      'Host bastion',
      '  HostName 127.0.0.1',
      `  Port ${jump.port}`,
      'Host *',
      '  User tester',
      `  IdentityFile ${place.file('id')}`,
      `  UserKnownHostsFile ${place.file('known_hosts')}`,
      '  GlobalKnownHostsFile none',
      '  IdentityAgent none',
      '',
    ];
    writeFileSync(place.file('config'), text.join('\n'));
    const { port: _port, user: _user, identityFile: _file, knownHostsFile: _known, ...rest } = place.settings(server, { host: 'gpu1', configFile: place.file('config') });
    const link = place.linkBy(rest);
    expect(await place.say(link, 'echo configured')).toBe('configured');
    expect(jump.counts.connections).toBe(1);
  });

  it('uses a password where the server takes no key', async () => {
    place.context = createTestContext({ clock: realClock, secrets: { vm: 'pass word' } });
    const server = await place.serve({ authorizedKeys: [], password: 'pass word' });
    expect(await place.say(place.link(server, { password: { secret: 'vm' } }), 'echo in')).toBe('in');
  });

  it('needs the user where nothing lets it in, and says what was offered', async () => {
    const server = await place.serve({ authorizedKeys: [newKeyPair().publicKey] });
    await expect(place.say(place.link(server), 'true')).rejects.toMatchObject({ code: 'unauthenticated', message: expect.stringContaining('took none of: publickey') });
  });
});

describe('a private key with a passphrase', () => {
  let place: Place;
  beforeEach(() => {
    place = new Place('open sesame');
  });
  afterEach(async () => await place.end());

  it('needs the user, with the one command that helps, while nobody can open it', async () => {
    const server = await place.serve();
    await expect(place.say(place.link(server), 'true')).rejects.toMatchObject({ code: 'unauthenticated', hint: `ssh-add ${place.file('id')}` });
  });

  it('is opened by a secret', async () => {
    place.context = createTestContext({ clock: realClock, secrets: { key: 'open sesame' } });
    const server = await place.serve();
    expect(await place.say(place.link(server, { passphrase: { secret: 'key' } }), 'echo opened')).toBe('opened');
  });

  it('says which secret is wrong', async () => {
    place.context = createTestContext({ clock: realClock, secrets: { key: 'guess' } });
    const server = await place.serve();
    await expect(place.say(place.link(server, { passphrase: { secret: 'key' } }), 'true')).rejects.toMatchObject({ code: 'unauthenticated', hint: 'destino secret set key' });
  });

  it('says that the agent is gone', async () => {
    const server = await place.serve();
    await expect(place.say(place.link(server, { identityAgent: place.file('agent.sock') }), 'true')).rejects.toMatchObject({ message: expect.stringContaining('the SSH agent is gone') });
  });
});
