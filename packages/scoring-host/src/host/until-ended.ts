/** The exit code, once somebody asked for the end: by TERM or INT, or by `now`. */
export function untilEnded(): { code: Promise<number>; now(code: number): void } {
  const { promise, resolve } = Promise.withResolvers<number>();
  process.once('SIGTERM', () => resolve(0)).once('SIGINT', () => resolve(0));
  return { code: promise, now: resolve };
}
