import { runAgent } from '@destino/runtime';
import { textOption } from '../given.ts';
import type { Run } from '../table/command.ts';

/** Hosts the background agent of a workspace until there is nothing left to do. */
export const run: Run = async ({ signals, variables }, given) => {
  const stop = new AbortController();
  const off = signals.handle(() => stop.abort());
  const linger = variables['DESTINO_AGENT_LINGER_MS'];
  try {
    await runAgent({
      signal: stop.signal,
      variables,
      workspace: textOption(given, 'workspace') ?? 'default',
      ...(linger !== undefined && { lingerMs: Number(linger) }),
    });
  } finally {
    off();
  }
};
