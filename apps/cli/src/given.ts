import { DestinoError } from '@destino/core/errors';
import type { Given } from './table/command.ts';

/** Typed views of what commander gave. */
export function textOption({ options }: Given, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

export function flag({ options }: Given, name: string): boolean {
  return options[name] === true;
}

export function listOption({ options }: Given, name: string): string[] {
  const value = options[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** Names with commas between. */
export function namesOption(given: Given, name: string): string[] | undefined {
  const names = textOption(given, name)?.split(',').map((each) => each.trim()).filter((each) => each !== '');
  return names === undefined || names.length === 0 ? undefined : names;
}

/** `KEY=VALUE` options as a map; a later one wins. @throws `config-invalid` for one without an equals sign. */
export function mapOption(given: Given, name: string): Record<string, string> {
  return Object.fromEntries(
    listOption(given, name).map((text) => {
      const at = text.indexOf('=');
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)] as const;
      throw new DestinoError('config-invalid', `--${name} ${text} is not NAME=VALUE`, { hint: `--${name} NAME=VALUE` });
    }),
  );
}

/** A number of at least `least`. @throws `config-invalid` for anything else. */
export function numberOption(given: Given, name: string, least = 0): number | undefined {
  const text = textOption(given, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= least) return value;
  throw new DestinoError('config-invalid', `--${name} ${text} is not a number from ${least} on`, { hint: `--${name} ${Math.max(least, 10)}` });
}

/** `90`, `90s`, `15m`, `2h`: in milliseconds. @throws `config-invalid` for anything else. */
export function durationOption(given: Given, name: string): number | undefined {
  const text = textOption(given, name);
  if (text === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d)?$/.exec(text.trim());
  if (match === null) throw new DestinoError('config-invalid', `--${name} ${text} is not a length of time`, { hint: `--${name} 90s, 15m or 2h` });
  return Number(match[1]) * (unitMs[match[2] ?? 's'] ?? 1000);
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

export function textArgument(given: Given, name: string): string | undefined {
  const value = given.arguments[name];
  return typeof value === 'string' ? value : undefined;
}

export function listArgument(given: Given, name: string): string[] {
  const value = given.arguments[name];
  return Array.isArray(value) ? value : [];
}
