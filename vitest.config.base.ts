import { defineConfig } from 'vitest/config';

/** The condition that resolves our own packages to their sources, so that tests need no build. */
const conditions = ['@destino/source', 'node', 'module', 'import', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: { watch: false, environment: 'node', include: ['src/**/*.test.ts', 'test/**/*.test.ts'], testTimeout: 30_000 },
});
