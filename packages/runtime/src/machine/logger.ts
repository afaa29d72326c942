import type { Logger } from '@destino/core/driver';
import type { Json } from '@destino/core/model';

export const logLevels = ['debug', 'info', 'warn'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Structured lines, one JSON object each, from `level` on. `write` gets a whole line with its line break. */
export function createLineLogger(level: LogLevel, write: (line: string) => void, wallMs: () => number): Logger {
  const from = logLevels.indexOf(level);
  const at = (own: LogLevel) => (event: string, fields: Record<string, Json> = {}): void => {
    if (logLevels.indexOf(own) < from) return;
    write(`${JSON.stringify({ at: new Date(wallMs()).toISOString(), level: own, event, ...fields })}\n`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn') };
}
