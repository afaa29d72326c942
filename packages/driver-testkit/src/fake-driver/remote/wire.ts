/** Bytes as JSON: an object with this one member. */
const bytesMember = '$bytes';

/** Makes JSON text of a value in which bytes may stand anywhere. */
export function encodeWire(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) => (part instanceof Uint8Array ? { [bytesMember]: Buffer.from(part).toString('base64') } : part));
}

/** The value again, its bytes as bytes. */
export function decodeWire(text: string): unknown {
  return JSON.parse(text, (_name, part: unknown) => {
    if (typeof part !== 'object' || part === null || !(bytesMember in part) || typeof part[bytesMember] !== 'string') return part;
    return new Uint8Array(Buffer.from(part[bytesMember], 'base64'));
  });
}
