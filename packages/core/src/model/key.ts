import { z } from 'zod';

const first = 'abcdefghijklmnopqrstuvwxyz';
const rest = `${first}234567`;

/**
 * An idempotency key: 26 characters, valid as a DNS label, one per attempt or per service revision. It carries about
 * 130 bits, so two are never equal by chance. A driver whose platform takes shorter names derives one by a documented
 * hash and puts the whole key in a tag.
 */
export const keySchema = z.string().regex(/^[a-z][a-z2-7]{25}$/);
export type Key = z.infer<typeof keySchema>;

/** Fills an array with random bytes; a seeded one in simulations. */
export type RandomBytes = (size: number) => Uint8Array;

/** Makes a key out of `random`. */
export function newKey(random: RandomBytes): Key {
  const bytes = random(26);
  let key = first[(bytes[0] ?? 0) % first.length] ?? 'a';
  for (let index = 1; index < 26; index += 1) key += rest[(bytes[index] ?? 0) % rest.length] ?? 'a';
  return key;
}
