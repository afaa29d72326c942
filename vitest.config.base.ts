import { defineConfig } from 'vitest/config';

/**
 * The first condition resolves our own packages to their sources, so that tests need no build. `import` and `default`
 * hold by themselves. vitest hands what stands under `ssr` to Node as well, where `import` would reach every `require`.
 */
const conditions = ['@destino/source', 'node'];

/**
 * A ring is a set of test files by their ending, set by `tools/checks/src/run-ring.ts`:
 * `x.test.ts` needs a clone and Node only, `x.real.test.ts` real services, `x.truth.test.ts` the truth folder,
 * `x.faults.test.ts` time.
 */
const ring = process.env['DESTINO_RING'] ?? 'unit';
const rings = ['real', 'truth', 'faults'];
const ending = ring === 'unit' ? 'test.ts' : `${ring}.test.ts`;
const others = rings.filter((each) => each !== ring).map((each) => `**/*.${each}.test.ts`);

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    watch: false,
    environment: 'node',
    include: [`src/**/*.${ending}`, `test/**/*.${ending}`],
    exclude: ['**/node_modules/**', '**/dist/**', ...others],
    testTimeout: ring === 'unit' ? 30_000 : 120_000,
    hookTimeout: ring === 'unit' ? 30_000 : 120_000,
  },
});
