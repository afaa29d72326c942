import { runCli } from './run-cli.ts';

// A process this short checks too few objects for zod's compiled checks to pay for their making.
(globalThis as { __zod_globalConfig?: object }).__zod_globalConfig = { jitless: true };

process.exitCode = await runCli(process.argv.slice(2));
