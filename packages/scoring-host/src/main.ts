#!/usr/bin/env node
/**
 * `destino-scoring-host --entry-script score.py` serves one entry script; `--service FOLDER` follows what a driver
 * writes into a folder: `wanted.json` (a revision), answered by `status.json`.
 */
import { followFolder } from './host/follow-folder.ts';
import { ServiceHost } from './host/service-host.ts';
import { readSettings, usage } from './host/settings.ts';
import { untilEnded } from './host/until-ended.ts';

const write = (text: string): void => void process.stdout.write(text);

async function serveScript(): Promise<number> {
  const settings = readSettings(process.argv.slice(2), process.env);
  if ('help' in settings) {
    write(usage);
    return 0;
  }
  if ('refused' in settings) {
    process.stderr.write(`${settings.refused}\n\n${usage}`);
    return 1;
  }
  if ('service' in settings) return await followFolder(settings.service, write);
  const { revision, graceMs, ...options } = settings;
  const end = untilEnded();
  const host = new ServiceHost({ ...options, write, onStatus: (status) => { if (status.state === 'failed') end.now(3); } });
  const port = await host.listen();
  write(`listening on http://${options.host}:${port}\n`);
  void host.apply(revision);
  const code = await end.code;
  await host.stop(graceMs);
  return code;
}

process.exit(await serveScript());
