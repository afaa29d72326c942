import { contractVersion } from '@destino/core/driver';
import { table } from '../render/table.ts';
import type { Run } from '../table/command.ts';

export const run: Run = async (context) => {
  const { console } = context;
  const destino = await context.open({ reconcile: false });
  const drivers = destino.drivers.list();
  if (console.json) {
    for (const { kind, contract, stateVersion, capabilities, traits } of drivers) console.object({ schemaVersion: 1, kind, contract, stateVersion, capabilities, traits });
    return;
  }
  console.line(table(['KIND', 'CONTRACT', 'CAN'], drivers.map(({ kind, contract, capabilities }) => [kind, `${contract} of ${contractVersion}`, Object.entries(capabilities).filter(([, answer]) => answer === true).map(([name]) => name).join(', ')])));
};
