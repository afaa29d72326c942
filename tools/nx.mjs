// Runs nx without daemon, plugin processes or any look at the network; `nx.json` says the same where it can.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const settings = { NX_DAEMON: 'false', NX_ISOLATE_PLUGINS: 'false', NX_NO_CLOUD: 'true', NX_USE_LOCAL: 'true', NX_TUI: 'false' };
const nx = fileURLToPath(import.meta.resolve('nx/bin/nx.js'));
const { status } = spawnSync(process.execPath, [nx, ...process.argv.slice(2)], { stdio: 'inherit', env: { ...process.env, ...settings } });
process.exitCode = status ?? 1;
