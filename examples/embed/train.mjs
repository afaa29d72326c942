// An application that runs a job through the library: no command line, no server.
import { createDestino } from '@destino/runtime';

/** Runs a command as a job on this machine and answers what it printed. */
export async function runJob(command, options = {}) {
  await using destino = await createDestino(options);
  const printed = [];
  const job = await destino.run({ command }, { onLog: (chunk) => 'bytes' in chunk && printed.push(Buffer.from(chunk.bytes)) });
  return { name: job.name, state: job.state, exitCode: job.exitCode, printed: Buffer.concat(printed).toString('utf8') };
}

if (process.argv[1] === import.meta.filename) {
  console.log(await runJob(['node', '-e', 'console.log("hello from a job")']));
}
