import { openSqliteStore } from '../index.ts';

/** Opens a store without the rights of root, and tells the code of what comes of it. */
const nobody = 65_534;
if (process.getuid?.() === 0) process.setuid?.(nobody);
try {
  await using store = await openSqliteStore({ file: process.argv[2] ?? '', workspace: 'w', bootId: 'b', monotonicMs: () => 1 });
  process.stdout.write(store.info.workspace);
} catch (error) {
  process.stdout.write(JSON.stringify(error));
}
