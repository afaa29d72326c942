import { DestinoError } from '@destino/core/errors';
import { createAsk } from './ask.ts';
import type { Console } from './console.ts';

/**
 * Asks for a yes before an effect. @throws `config-invalid` without a terminal, before anything was done; `aborted`
 * for any other answer.
 */
export async function confirm(console: Console, question: string, sure: boolean): Promise<void> {
  if (sure) return;
  if (!console.isTerminal || console.json) throw new DestinoError('config-invalid', `${question} There is no terminal to ask on`, { hint: 'say so on the command line: --yes' });
  const answer = await createAsk()(question, ['y', 'N']);
  if (!/^y(es)?$/i.test(answer)) throw new DestinoError('aborted', 'nothing was done', { hint: 'answer y, or give --yes' });
}
