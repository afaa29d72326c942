import { flag, numberOption } from '../given.ts';
import { findDeployment } from '../serving-names.ts';
import type { Run } from '../table/command.ts';

/** What a deployment wrote, as it is on its target. */
export const run: Run = async (context, given) => {
  const { console, signals } = context;
  const destino = await context.open();
  const { endpoint, deployment } = await findDeployment(destino, given);
  await destino.endpoints.get(endpoint);
  const stop = new AbortController();
  const off = signals.handle(() => stop.abort());
  const lines = numberOption(given, 'lines', 1);
  const kept: Buffer[] = [];
  try {
    for await (const record of destino.engine.services.logs(`${endpoint}.${deployment}`, { follow: flag(given, 'follow'), signal: stop.signal })) {
      if ('gap' in record) console.alert(`! ${record.gap.bytes === undefined ? 'part' : `${record.gap.bytes} bytes`} of the log of ${record.source} is missing: ${record.gap.reason}`);
      else if (console.json) console.object({ schemaVersion: 1, source: record.source, stream: record.stream, text: Buffer.from(record.bytes).toString('utf8') });
      else if (lines !== undefined) kept.push(Buffer.from(record.bytes));
      else console.bytes(record.bytes, 'stdout');
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    off();
  }
  if (lines !== undefined && !console.json) console.bytes(Buffer.from(Buffer.concat(kept).toString('utf8').split(/(?<=\n)/).slice(-lines).join('')), 'stdout');
  return 0;
};
