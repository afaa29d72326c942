import { Scalar } from 'yaml';

/** The text of a scalar as written (quotes and folding resolved). */
export function scalarText(node: Scalar): string {
  return node.source ?? (typeof node.value === 'string' ? node.value : '');
}

/** A scalar as if it were written plainly; empty text is quoted, so that it stays text. */
export function textScalar(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.source = text;
  scalar.type = text === '' ? Scalar.QUOTE_DOUBLE : Scalar.PLAIN;
  return scalar;
}

/** Written without quotes and not as a block, so that it may mean something else than text. */
export function isPlain(node: Scalar): boolean {
  return node.type === undefined || node.type === 'PLAIN';
}

/** Nothing after the colon, `~` or `null`. */
export function isNull(node: Scalar): boolean {
  return isPlain(node) && /^(?:~|null|Null|NULL)?$/.test(scalarText(node));
}

/** `true` and `false` in their three spellings; YAML 1.1's `yes`, `no`, `on`, `off` only where a boolean is wanted. */
export function booleanOf(text: string, wide: boolean): boolean | undefined {
  if (/^(?:true|True|TRUE)$/.test(text) || (wide && /^(?:yes|on)$/i.test(text))) return true;
  if (/^(?:false|False|FALSE)$/.test(text) || (wide && /^(?:no|off)$/i.test(text))) return false;
  return undefined;
}

/** A number of YAML's core schema: decimal, 0x, 0o, with or without exponent. No infinities, since JSON has none. */
export function numberOf(text: string): number | undefined {
  if (/^0x[\da-f]+$/i.test(text) || /^0o[0-7]+$/.test(text)) return Number(text);
  if (!/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:e[-+]?\d+)?$/i.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** What a literal hands to a command: the text as written, booleans in Python's spelling as Azure passes them. */
export function literalOf(node: Scalar): string {
  const text = scalarText(node);
  const flag = isPlain(node) ? booleanOf(text, false) : undefined;
  if (flag === undefined) return text;
  return flag ? 'True' : 'False';
}

/** The value by YAML's core schema, for places whose schema says nothing. */
export function coreValue(node: Scalar): string | number | boolean | null {
  const text = scalarText(node);
  if (!isPlain(node)) return text;
  if (isNull(node)) return null;
  return booleanOf(text, false) ?? numberOf(text) ?? text;
}
