import { describe, expect, it } from 'vitest';
import { registriesOf, storageOf } from './content-settings.ts';

const file = '/work/destino.yaml';
const container = 'https://a.blob.core.windows.net/c';

describe('storage and registries of destino.yaml', () => {
  it('are a folder below the file, or a container with a reference to its credential', () => {
    expect(storageOf('./shared', file)).toEqual({ folder: '/work/shared' });
    expect(storageOf(container, file)).toEqual({ container });
    expect(storageOf({ container, credential: '${{secrets.storage-key}}' }, file)).toEqual({ container, credential: 'storage-key' });
    expect(registriesOf([{ server: 'r', password: 'env:PW', push: true }, { server: 's' }], file)).toEqual([{ server: 'r', password: 'env:PW', push: true }, { server: 's', push: false }]);
  });

  it('refuse a value where a reference belongs, without repeating it', () => {
    expect(() => storageOf({ container, credential: 'hunter2' }, file)).toThrow('no reference to a secret');
    expect(() => registriesOf([{ server: 'r', password: 'hunter2' }], file)).not.toThrow('hunter2');
    expect(() => storageOf({ path: 'x', container }, file)).toThrow('one of the two');
  });
});
