import { problem, type FormatProblem } from './problem.ts';

/** Larger files are no job descriptions; parsing them would only cost memory. */
export const maxFileBytes = 1024 * 1024;

/**
 * Bytes of a file as text: UTF-8, with or without a byte-order mark. Anything else is a problem that says which
 * encoding it seems to be and, for stray bytes, the line of the first one.
 */
export function decode(path: string, bytes: Uint8Array): { text: string } | { problem: FormatProblem } {
  const refuse = (code: string, message: string, hint: string, line?: number) => ({
    problem: problem({ code, message, hint, file: path, ...(line !== undefined && { line, column: 1 }) }),
  });
  if (bytes.byteLength > maxFileBytes) {
    const size = `${(bytes.byteLength / 1024 / 1024).toFixed(1)} MiB`;
    return refuse('file-too-large', `${path} is ${size} long; files of up to 1 MiB are read`, 'keep data in files of its own and name their path');
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return refuse('file-encoding', `${path} is UTF-16, not UTF-8`, `iconv -f UTF-16 -t UTF-8 ${path}`);
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const line = lineOfFirstBadByte(bytes);
    return refuse('file-encoding', `${path} is not UTF-8: line ${line} holds a byte that no character begins with`, 'save the file as UTF-8', line);
  }
}

function lineOfFirstBadByte(bytes: Uint8Array): number {
  const replaced = new TextDecoder('utf-8').decode(bytes);
  const at = replaced.indexOf('\uFFFD');
  return replaced.slice(0, at === -1 ? undefined : at).split('\n').length;
}
