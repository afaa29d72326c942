import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Exchange } from '../settings.ts';

let recorders = 0;

/**
 * For `onExchange`: writes every exchange as a line of JSON into a file of its own below `folder`, in the form that
 * validators of Microsoft's descriptions read. Nothing is recorded where no folder is named.
 */
export function recordExchanges(folder: string | undefined): { onExchange?: (exchange: Exchange) => void } {
  if (folder === undefined || folder === '') return {};
  recorders += 1;
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${process.pid}-${recorders}.jsonl`);
  return { onExchange: (exchange) => appendFileSync(file, `${JSON.stringify(exchange)}\n`) };
}
