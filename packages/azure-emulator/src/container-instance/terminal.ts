import type { ChildProcess } from 'node:child_process';
import type { SessionAct } from './sessions.ts';

/** Joins a program to a socket the way a terminal would: Return ends a line, and lines come back with both line ends. */
export function terminalOf(start: () => ChildProcess): SessionAct {
  return (socket, input) => {
    const child = start();
    const out = (chunk: Buffer): void => socket.send(Buffer.from(chunk.toString('latin1').replaceAll(/\r?\n/g, '\r\n'), 'latin1'));
    child.stdout?.on('data', out);
    child.stderr?.on('data', out);
    child.once('error', (error) => {
      socket.send(`${error.message}\r\n`);
      socket.close(1000);
    });
    child.once('close', () => socket.close(1000));
    child.stdin?.on('error', () => socket.close(1000));
    input((bytes) => {
      const endOfInput = bytes.includes(4);
      child.stdin?.write(Buffer.from(bytes.toString('latin1').replaceAll('\r', '\n').replaceAll('\u0004', ''), 'latin1'));
      if (endOfInput) child.stdin?.end();
    });
    socket.once('close', () => child.kill('SIGKILL'));
  };
}

/** Sends what a log gains until it ends. */
export function followLog(read: () => Promise<{ bytes: Buffer; ended: boolean }>): SessionAct {
  return (socket) => {
    let sent = 0;
    const step = async (): Promise<void> => {
      const { bytes, ended } = await read();
      if (bytes.length > sent) socket.send(bytes.subarray(sent));
      sent = bytes.length;
      if (ended) socket.close(1000);
      else if (socket.readyState === socket.OPEN) setTimeout(again, 100);
    };
    const again = (): void => void step().catch(() => socket.close(1011));
    again();
  };
}
