/** `${{inputs.x}}` as the names between its dots, with where it stands in the text that holds it. */
export type Reference = { names: string[]; raw: string; at: number };

/** A text cut at its expressions; `optional` is what stands between `$[[` and `]]`. */
export type Piece = { text: string; at: number } | { reference: Reference } | { optional: Piece[]; raw: string; at: number };

export type Fault = { at: number; length: number; message: string; hint?: string | undefined };

/** Cuts a text at `${{…}}` and `$[[…]]`. What is opened and not closed, or names nothing, is a fault. */
export function parseExpressions(text: string): { pieces: Piece[]; faults: Fault[] } {
  const faults: Fault[] = [];
  const pieces = cut(text, 0, true, faults);
  return { pieces, faults };
}

const opening = /\$\{\{|\$\[\[/g;

function cut(text: string, offset: number, mayNest: boolean, faults: Fault[]): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  const addText = (to: number): void => {
    if (to > done) pieces.push({ text: text.slice(done, to), at: offset + done });
  };
  for (const { index } of text.matchAll(opening)) {
    if (index < done) continue;
    const close = text[index + 1] === '{' ? '}}' : ']]';
    const end = text.indexOf(close, index + 3);
    if (end === -1 || (close === ']]' && !mayNest)) {
      faults.push({ at: offset + index, length: 3, message: `${text.slice(index, index + 3)} is ${end === -1 ? `not closed by ${close}` : 'inside another one'}` });
      continue;
    }
    addText(index);
    const inner = text.slice(index + 3, end);
    done = end + 2;
    const raw = text.slice(index, done);
    if (close === ']]') pieces.push({ optional: cut(inner, offset + index + 3, false, faults), raw, at: offset + index });
    else pieces.push(reference(inner, raw, offset + index, faults));
  }
  addText(text.length);
  return pieces;
}

function reference(inner: string, raw: string, at: number, faults: Fault[]): Piece {
  const names = inner.trim().split('.').map((name) => name.trim());
  if (names.some((name) => !/^[\w-]+$/.test(name))) {
    faults.push({ at, length: raw.length, message: `${raw} is no expression`, hint: 'write ${{inputs.NAME}} or ${{outputs.NAME}}' });
    return { text: raw, at };
  }
  return { reference: { names, raw, at } };
}
