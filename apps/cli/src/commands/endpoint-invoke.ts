import { readFileSync } from 'node:fs';
import { DestinoError } from '@destino/core/errors';
import { exitCodes } from '../exit-code.ts';
import { mapOption, textOption } from '../given.ts';
import { findEndpoint } from '../serving-names.ts';
import type { Given, Run } from '../table/command.ts';

/** Sends one request with the endpoint's own key. The answer's bytes go to standard output as they are. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open({ reconcile: false });
  const body = bodyOf(given);
  const name = await findEndpoint(destino, given);
  const deployment = textOption(given, 'deployment') ?? textOption(given, 'deploymentName');
  const answer = await destino.endpoints.invoke(name, { body, deployment, contentType: textOption(given, 'contentType'), headers: mapOption(given, 'header') });
  const isGood = answer.status < 400;
  if (console.json) console.object({ schemaVersion: 1, endpoint: name, deployment: answer.deployment ?? null, status: answer.status, contentType: answer.contentType, headers: answer.headers, ...payload(answer.body) });
  else {
    console.bytes(answer.body, 'stdout');
    if (answer.body.at(-1) !== 0x0a && process.stdout.isTTY) console.line('');
    if (!isGood) console.alert(`✖ ${answer.deployment ?? name} answered ${answer.status}`);
  }
  return isGood ? exitCodes.done : answer.status >= 500 ? exitCodes.failed : exitCodes.usage;
};

function bodyOf(given: Given): Uint8Array | string {
  const file = textOption(given, 'request') ?? textOption(given, 'requestFile');
  const data = textOption(given, 'data');
  if (file !== undefined && data !== undefined) throw new DestinoError('config-invalid', 'give a file or the data, not both', { hint: '--request FILE' });
  if (data !== undefined) return data;
  if (file === undefined) throw new DestinoError('config-invalid', 'there is nothing to send', { hint: "--request FILE, or --data '{…}'" });
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (cause) {
    throw new DestinoError('not-found', `the request ${file} cannot be read`, { scope: file, hint: 'give the path of a file', cause });
  }
}

function payload(body: Uint8Array): Record<string, unknown> {
  const buffer = Buffer.from(body);
  const text = buffer.toString('utf8');
  return Buffer.from(text).equals(buffer) ? { text } : { base64: buffer.toString('base64') };
}
