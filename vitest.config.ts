import { defineConfig } from 'vitest/config';

/** All packages in one process; a package takes part by having a vitest.config.ts. */
export default defineConfig({
  test: {
    watch: false,
    projects: ['{packages,apps,plugins,tools}/*/vitest.config.ts'],
    reporters: ['default', './tools/checks/src/closing-reporter.ts'],
  },
});
