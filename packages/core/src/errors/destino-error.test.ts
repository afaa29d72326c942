import { describe, expect, it } from 'vitest';
import { DestinoError, errorFromData, errorToData, isDestinoError, toDestinoError } from './destino-error.ts';
import { errorDataSchema } from './error-data.ts';

describe('DestinoError', () => {
  it('survives JSON with code, hint, retry, scope and its chain of causes', () => {
    const error = new DestinoError('throttled', 'the API asked to slow down', {
      hint: 'wait',
      retryAfterMs: 1500,
      scope: 'westeurope',
      details: { bucket: 'reads' },
      cause: new DestinoError('unavailable', 'inner', { cause: new TypeError('deep') }),
    });
    const data = errorDataSchema.parse(JSON.parse(JSON.stringify(error)));
    const again = errorFromData(data);
    expect(again.toJSON()).toEqual(error.toJSON());
    expect(again.retry).toBe('same');
    expect((again.cause as DestinoError).code).toBe('unavailable');
    expect(((again.cause as DestinoError).cause as DestinoError).code).toBe('internal');
  });

  it('is recognised by brand, so that another copy of the class counts and a look-alike does not', () => {
    const foreign = Object.assign(new Error('x'), { code: 'lost', [Symbol.for('destino.error')]: true });
    expect(isDestinoError(foreign)).toBe(true);
    expect(isDestinoError(foreign, 'lost')).toBe(true);
    expect(isDestinoError({ code: 'lost', message: 'x' })).toBe(false);
  });

  it('wraps what is thrown without being an error', () => {
    expect(toDestinoError('plain text').message).toBe('plain text');
    expect(toDestinoError(undefined).code).toBe('internal');
  });

  it('keeps a bounded number of causes, also of a chain that bites its tail', () => {
    const loop = new Error('loop');
    loop.cause = loop;
    const outer = new Error('a', { cause: new Error('b', { cause: loop }) });
    expect(JSON.stringify(errorToData(outer)).length).toBeLessThan(2000);
  });
});
