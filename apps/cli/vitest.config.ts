import { mergeConfig } from 'vitest/config';
import base from '../../vitest.config.base.ts';

/** The tests drive the real program, from its bundle, which is made when the sources are newer. */
export default mergeConfig(base, { test: { globalSetup: ['./test/make-bundle.ts'] } });
