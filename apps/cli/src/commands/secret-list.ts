import type { Run } from '../table/command.ts';

/** Names only: a value is never shown. */
export const run: Run = async (context) => {
  const destino = await context.open({ reconcile: false });
  const names = destino.secrets.names();
  if (!context.console.json && names.length === 0) context.console.note('no secrets');
  for (const name of names) {
    if (context.console.json) context.console.object({ schemaVersion: 1, name });
    else context.console.line(name);
  }
};
