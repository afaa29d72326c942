import { contractVersion } from '@destino/core/driver';
import { table } from '../render/table.ts';
import type { Run } from '../table/command.ts';

export const run: Run = async (context) => {
  const { console } = context;
  const destino = await context.open({ reconcile: false });
  const drivers = destino.drivers.list();
  const pluginOf = (kind: string): string | null => destino.drivers.plugins.find(({ kinds }) => kinds.includes(kind))?.name ?? null;
  if (console.json) {
    for (const { kind, contract, stateVersion, capabilities, traits } of drivers) console.object({ schemaVersion: 1, kind, plugin: pluginOf(kind), contract, stateVersion, capabilities, traits });
    return;
  }
  console.line(table(['KIND', 'FROM', 'CONTRACT', 'CAN'], drivers.map(({ kind, contract, capabilities }) => [kind, pluginOf(kind) ?? 'destino', `${contract} of ${contractVersion}`, Object.entries(capabilities).filter(([, answer]) => answer === true).map(([name]) => name).join(', ')])));
};
