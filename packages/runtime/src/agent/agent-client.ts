import type { Socket } from 'node:net';
import { DestinoError } from '@destino/core/errors';
import { agentAnswerSchema, longestLine, type AgentAnswer, type AgentRequest } from './protocol.ts';

const answerWithinMs = 5_000;

/**
 * Asks the agent behind a socket one thing. `undefined` when nobody listens there.
 * @throws `timeout` when somebody listens and does not answer, `contract` for an answer that is none.
 */
export function askAgent(socketPath: string, request: AgentRequest, withinMs: number = answerWithinMs): Promise<AgentAnswer | undefined> {
  const { connect } = process.getBuiltinModule('node:net');
  return new Promise((resolve, reject) => {
    let text = '';
    const socket: Socket = connect(socketPath);
    const end = (settle: () => void): void => {
      socket.destroy();
      settle();
    };
    socket.setTimeout(withinMs, () => end(() => reject(new DestinoError('timeout', `the background agent at ${socketPath} does not answer`, { hint: 'see what runs: destino doctor' }))));
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('\n') || text.length > longestLine) end(() => settleAnswer(text, resolve, reject));
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const nobody = error.code === 'ENOENT' || error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET' || error.code === 'EPIPE';
      end(() => (nobody ? resolve(undefined) : reject(error)));
    });
    socket.on('close', () => resolve(undefined));
  });
}

function settleAnswer(text: string, resolve: (answer: AgentAnswer) => void, reject: (error: Error) => void): void {
  try {
    resolve(agentAnswerSchema.parse(JSON.parse(text.slice(0, text.indexOf('\n')))));
  } catch (cause) {
    reject(new DestinoError('contract', 'the background agent gave an answer that is none', { cause }));
  }
}
