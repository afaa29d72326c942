import type { AzureEmulator } from '@destino/azure-emulator';

export type CallAnswer = { status: number; headers: Headers; body: unknown };
export type Call = (method: string, url: string, body?: unknown) => Promise<CallAnswer>;

/** Plain requests with the emulator's own token. */
export async function callerOf(emulator: AzureEmulator): Promise<Call> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: emulator.clientId, client_secret: emulator.clientSecret, scope: `${emulator.url}/.default` });
  const signIn = await fetch(`${emulator.httpUrl}/${emulator.tenantId}/oauth2/v2.0/token`, { method: 'POST', body: form });
  const { access_token: token } = (await signIn.json()) as { access_token: string };
  return async (method, url, body) => {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(new URL(url, emulator.httpUrl), { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, ...content });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) };
  };
}
