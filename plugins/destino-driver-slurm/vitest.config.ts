import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../../vitest.config.base.ts';

const ring = process.env['DESTINO_RING'] ?? 'unit';

/** The real ring and the faults have a Slurm of their own, started when a test of this package runs, and ended after it. */
export default mergeConfig(base, defineConfig({ test: ring === 'real' || ring === 'faults' ? { globalSetup: ['test/testbed.ts'], fileParallelism: false } : {} }));
