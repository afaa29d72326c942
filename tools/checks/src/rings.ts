/** The rings of tests beyond `npm test`, by the ending of their files. */
export const rings = {
  real: { command: 'npm run test:real', needs: 'root on Debian, for real services' },
  truth: { command: 'npm run test:truth', needs: "the folder of Microsoft's descriptions and real files (DESTINO_TRUTH)" },
  faults: { command: 'npm run test:faults', needs: 'minutes, not seconds' },
} as const;

export type Ring = keyof typeof rings;

/** The ring that a test file belongs to: `x.real.test.ts` to `real`, `x.test.ts` to none of these. */
export function ringOf(path: string): Ring | undefined {
  const name = /\.([a-z]+)\.test\.ts$/.exec(path)?.[1];
  return name !== undefined && isRing(name) ? name : undefined;
}

export function isRing(name: string): name is Ring {
  return Object.hasOwn(rings, name);
}
