import { closeSync, openSync } from 'node:fs';
import type { Clock } from '@destino/core/driver';
import { ensurePrivateFolder, type Places, type Variables } from '../workspace/places.ts';
import { askAgent } from './agent-client.ts';
import type { AgentAnswer } from './protocol.ts';

export type AgentStart = {
  /** The program and its arguments that host the agent of this workspace. */
  command: readonly string[];
  places: Places;
  variables: Variables;
  clock: Clock;
};

const startsWithinMs = 15_000;
const askEveryMs = 20;

/** The agent of the workspace, started when there is none. `undefined` when it does not come up. */
export async function ensureAgent(start: AgentStart): Promise<AgentAnswer | undefined> {
  const { places, clock } = start;
  const running = await askAgent(places.agentSocket, { op: 'hello' });
  if (running !== undefined) return running;
  const process = launchAgent(start);
  const until = clock.monotonicMs() + startsWithinMs;
  while (clock.monotonicMs() < until) {
    await clock.sleep(askEveryMs);
    const answer = await askAgent(places.agentSocket, { op: 'hello' });
    if (answer !== undefined) return answer;
    // Ended without one listening: not because another was faster, which would answer by now or soon.
    if (process.ended() && clock.monotonicMs() > until - startsWithinMs / 2) return undefined;
  }
  return undefined;
}

/** Starts it in a session of its own, so that it outlives this process and its terminal. */
export function launchAgent({ command, places, variables }: AgentStart): { ended(): boolean } {
  const { spawn } = globalThis.process.getBuiltinModule('node:child_process');
  const [program = globalThis.process.execPath, ...words] = command;
  ensurePrivateFolder(places.folder);
  const log = openSync(places.agentLog, 'a', 0o600);
  try {
    const child = spawn(program, words, {
      cwd: places.folder,
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...variables, DESTINO_STATE_DIR: places.root },
      windowsHide: true,
    });
    let over = false;
    child.on('error', () => {
      over = true;
    });
    child.on('exit', () => {
      over = true;
    });
    child.unref();
    return { ended: () => over };
  } finally {
    closeSync(log);
  }
}
