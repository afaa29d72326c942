import { createInterface } from 'node:readline/promises';

export type AskText = (text: string, choices?: readonly string[]) => Promise<string>;

/** Asks on the terminal; the answer without blanks around it. */
export function createAsk(): AskText {
  return async (text, choices) => {
    const line = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return (await line.question(choices === undefined || choices.length === 0 ? `${text} ` : `${text} [${choices.join('/')}] `)).trim();
    } finally {
      line.close();
    }
  };
}
