import { fileURLToPath } from 'node:url';

/**
 * How this very installation hosts the agent: with the Node that runs now, the options it got (a checkout needs its
 * condition for sources), and this program. Never with a program found in the workspace's folder, which might be a
 * stranger's.
 */
export function agentCommand({ choice }: { choice: string }): readonly string[] {
  const main = process.argv[1] ?? fileURLToPath(new URL('./main.ts', import.meta.url));
  return [process.execPath, ...process.execArgv, main, 'agent', '--workspace', choice];
}
