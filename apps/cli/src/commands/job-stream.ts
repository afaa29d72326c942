import type { Run } from '../table/command.ts';
import { run as logs } from './logs.ts';

/** What users of az type for `job logs --follow`. */
export const run: Run = async (context, given) => await logs(context, { ...given, options: { ...given.options, follow: true } });
