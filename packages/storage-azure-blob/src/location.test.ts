import { describe, expect, it } from 'vitest';
import { parseLocation } from './location.ts';
import { blobName, blobPrefix, nameOfBlob } from './names.ts';

describe('the address of a container', () => {
  it('is read in the form of the cloud and in that of emulators', () => {
    expect(parseLocation('https://acct.blob.core.windows.net/data/team/a')).toEqual({ account: 'acct', containerUrl: 'https://acct.blob.core.windows.net/data', prefix: 'team/a/' });
    expect(parseLocation('http://127.0.0.1:10000/dev/data')).toEqual({ account: 'dev', containerUrl: 'http://127.0.0.1:10000/dev/data', prefix: '' });
  });

  it.each([['data', 'https'], ['https://acct.blob.core.windows.net', 'account and container'], ['http://acct.blob.core.windows.net/data', 'https'], ['https://acct.blob.core.windows.net/D', 'small letters'], ['https://acct.blob.core.windows.net/data?sv=1&sig=secret', 'a secret']])('%s is refused', (text, words) => {
    expect(() => parseLocation(text)).toThrow(words);
    expect(() => parseLocation(text)).not.toThrow('sig=secret');
  });
});

describe('the spelling of names', () => {
  it('differs where names differ, and can be read back', () => {
    const names = ['a/b', 'A', 'end.', 'end!2e', 'x\\y', 'ü', 'a b', '%41'];
    expect(new Set(names.map(blobName)).size).toBe(names.length);
    expect(names.map(blobName).map(nameOfBlob)).toEqual(names);
    expect([nameOfBlob('x y'), nameOfBlob('..')]).toEqual([undefined, undefined]);
  });

  it('of a prefix begins the spelling of every name that begins with it', () => {
    for (const [prefix, name] of [['end.', 'end.x'], ['end.', 'end.'], ['a/b', 'a/bc/d'], ['', 'x'], ['ü', 'ü/y']] as const) expect(blobName(name).startsWith(blobPrefix(prefix))).toBe(true);
  });
});
