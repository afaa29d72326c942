import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArmFault } from '../arm/fault.ts';
import type { Principal } from '../http/exchange.ts';
import type { EmulatorClock } from '../time/emulator-clock.ts';

export type Claims = { aud: string; appid: string; oid: string; tid: string; exp: number };

export interface Tokens {
  readonly lifetimeSeconds: number;
  issue(principal: Principal, audience: string): string;
  /** @throws 401 with the code and challenge of the real service. */
  read(authorization: string | undefined): Claims;
}

/** JSON web tokens signed with a key of the state folder: they expire in the emulator's time and outlive a restart. */
export function openTokens(options: { folder: string; clock: EmulatorClock; tenantId: string; lifetimeSeconds: number }): Tokens {
  const { folder, clock, tenantId, lifetimeSeconds } = options;
  const file = join(folder, 'token-key');
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
  const key = readFileSync(file, 'utf8');
  const sign = (text: string): string => createHmac('sha256', key).update(text).digest('base64url');
  const nowSeconds = (): number => Math.floor(clock.nowMs() / 1000);
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const refuse = (code: string, message: string): ArmFault =>
    new ArmFault(401, code, message, { headers: { 'www-authenticate': `Bearer authorization_uri="https://login.windows.net/${tenantId}", error="invalid_token", error_description="${message}"` } });
  return {
    lifetimeSeconds,
    issue: ({ clientId, objectId }, audience) => {
      const claims = { aud: audience, iss: `https://sts.windows.net/${tenantId}/`, iat: nowSeconds(), nbf: nowSeconds(), exp: nowSeconds() + lifetimeSeconds, appid: clientId, oid: objectId, sub: objectId, tid: tenantId, ver: '1.0' };
      const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
      return `${text}.${sign(text)}`;
    },
    read: (authorization) => {
      const [scheme, token] = (authorization ?? '').split(' ');
      if (scheme?.toLowerCase() !== 'bearer' || token === undefined) throw refuse('AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.");
      const [head = '', payload = '', signature = ''] = token.split('.');
      const wanted = Buffer.from(sign(`${head}.${payload}`));
      const given = Buffer.from(signature);
      if (wanted.length !== given.length || !timingSafeEqual(wanted, given)) throw refuse('InvalidAuthenticationToken', 'The access token is invalid.');
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Claims;
      if (claims.exp <= nowSeconds()) throw refuse('ExpiredAuthenticationToken', 'The access token expiry UTC time is earlier than current UTC time.');
      return claims;
    },
  };
}
