import { isDestinoError, type ErrorCode } from '../errors/index.ts';
import { contentName, type BlobStore } from './blob-store.ts';
import { expectEqual, expectRejection, readAll, textOf, toBytes } from './blob-store-expectations.ts';

/** One store to check, empty at first. */
export interface BlobStoreUnderTest {
  /** Opens the store; a second call opens the same storage again, where there is such a thing. */
  open(): Promise<BlobStore>;
  /** Writes a file to this machine's disk and answers its path. Needed for stores with `adopt`. */
  localFile?(bytes: Uint8Array): Promise<string>;
}

export interface BlobStoreCheck {
  id: string;
  /** What every store does, as one sentence. */
  sentence: string;
  /** Rejects when the store does not. */
  run(test: BlobStoreUnderTest): Promise<void>;
}

/** sha256 of `hello`. */
const helloHash = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
const absentHash = 'f'.repeat(64);

type Body = (store: BlobStore, test: BlobStoreUnderTest) => Promise<void>;

function check(id: string, sentence: string, body: Body): BlobStoreCheck {
  return {
    id,
    sentence,
    async run(test) {
      await using store = await test.open();
      await body(store, test);
    },
  };
}

async function expectCode(code: ErrorCode, work: () => Promise<unknown>): Promise<void> {
  const error = await expectRejection(work);
  expectEqual(isDestinoError(error) ? error.code : String(error), code, 'the code of the rejection');
}

async function* inPieces(...pieces: string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield toBytes(piece);
}

const contentChecks: readonly BlobStoreCheck[] = [
  check('content.put', 'put answers the sha256 and the size, of bytes and of a stream alike', async (store) => {
    expectEqual(await store.put(toBytes('hello')), { hash: helloHash, sizeBytes: 5 }, 'put of bytes');
    expectEqual(await store.put(inPieces('he', '', 'llo')), { hash: helloHash, sizeBytes: 5 }, 'put of a stream');
    expectEqual(await textOf(store.get(helloHash)), 'hello', 'the content');
    expectEqual((await store.list('content/')).map(({ name }) => name), [contentName(helloHash)], 'what is stored');
  }),
  check('content.put-empty', 'empty content is content', async (store) => {
    const { hash, sizeBytes } = await store.put(inPieces());
    expectEqual([sizeBytes, await store.has([hash]), await textOf(store.get(hash))], [0, [true], ''], 'empty content');
  }),
  check('content.put-large', 'content of several megabytes comes back as it was', async (store) => {
    const bytes = Uint8Array.from({ length: 3_000_001 }, (_, index) => (index * 31 + (index >> 8)) & 255);
    const { hash } = await store.put(bytes);
    const back = await readAll(store.get(hash));
    expectEqual([back.length, back.every((byte, index) => byte === bytes[index])], [bytes.length, true], 'large content');
    expectEqual(await readAll(store.get(hash, { from: 1_000_000, to: 1_000_003 })), bytes.slice(1_000_000, 1_000_003), 'a range of it');
  }),
  check('content.put-announced', 'put under an announced hash that differs is a conflict and keeps nothing', async (store) => {
    await expectCode('conflict', () => store.put(toBytes('hello'), { hash: absentHash }));
    await expectCode('conflict', () => store.put(inPieces('hel', 'lo'), { hash: absentHash }));
    expectEqual(await store.has([helloHash, absentHash]), [false, false], 'what is there');
    await store.put(toBytes('hello'), { hash: helloHash });
  }),
  check('content.put-broken', 'a stream that breaks off leaves nothing behind and passes its error on', async (store) => {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield toBytes('hello');
      throw new Error('the source broke');
    };
    const error = await expectRejection(() => store.put(broken()));
    expectEqual(error instanceof Error && error.message, 'the source broke', 'the error');
    expectEqual([await store.has([helloHash]), await store.list('')], [[false], []], 'what is there');
  }),
  check('content.own-copy', 'content keeps its bytes when the caller goes on to change the buffer', async (store) => {
    const bytes = toBytes('hello');
    await store.put(bytes);
    bytes.fill(0);
    expectEqual(await textOf(store.get(helloHash)), 'hello', 'the content');
  }),
  check('content.concurrent', 'the same content from many callers at once is stored once', async (store) => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => store.put(index % 2 === 0 ? toBytes('hello') : inPieces('hello'))));
    expectEqual(new Set(answers.map(({ hash }) => hash)).size, 1, 'number of hashes');
    expectEqual((await store.list('')).length, 1, 'number of entries');
  }),
  check('content.has', 'has answers each hash in the order asked', async (store) => {
    await store.put(toBytes('hello'));
    expectEqual(await store.has([absentHash, helloHash, absentHash, helloHash]), [false, true, false, true], 'has');
    expectEqual(await store.has([]), [], 'has of nothing');
  }),
  check('content.get-range', 'get gives the bytes from one offset up to another, and nothing beyond the end', async (store) => {
    await store.put(toBytes('hello'));
    const parts = [{ from: 1, to: 3 }, { from: 3 }, { to: 2 }, { from: 4, to: 99 }, { from: 5 }, { from: 99 }, { from: 2, to: 2 }, { from: 3, to: 1 }];
    const texts = await Promise.all(parts.map((part) => textOf(store.get(helloHash, part))));
    expectEqual(texts, ['el', 'lo', 'he', 'o', '', '', '', ''], 'ranges');
    await expectCode('config-invalid', () => textOf(store.get(helloHash, { from: -1 })));
  }),
  check('content.absent', 'get of absent content is not-found; what is no hash is refused', async (store) => {
    await expectCode('not-found', () => textOf(store.get(absentHash)));
    for (const bad of ['', '..', `../${helloHash}`, helloHash.toUpperCase(), `${helloHash}0`]) {
      await expectCode('config-invalid', () => textOf(store.get(bad)));
      await expectCode('config-invalid', () => store.has([bad]));
    }
  }),
  check('content.named', 'content can be read, measured and deleted under its name, but not written', async (store) => {
    await store.put(toBytes('hello'));
    const name = contentName(helloHash);
    expectEqual([await textOf(store.read(name, { from: 3 })), await store.size(name)], ['lo', 5], 'content by name');
    await expectCode('config-invalid', () => store.append(name, 0, toBytes('x')));
    await store.delete([name]);
    expectEqual(await store.has([helloHash]), [false], 'after deletion');
  }),
];

const segmentChecks: readonly BlobStoreCheck[] = [
  check('segment.append', 'append grows a segment and answers its length', async (store) => {
    expectEqual(await store.append('logs/a/1', 0, toBytes('one ')), { lengthBytes: 4 }, 'first');
    expectEqual(await store.append('logs/a/1', 4, toBytes('two')), { lengthBytes: 7 }, 'second');
    expectEqual([await textOf(store.read('logs/a/1')), await store.size('logs/a/1')], ['one two', 7], 'the segment');
  }),
  check('segment.cut', 'append at an earlier offset cuts what stood beyond', async (store) => {
    await store.append('s', 0, toBytes('0123456789'));
    expectEqual(await store.append('s', 4, toBytes('ab')), { lengthBytes: 6 }, 'cut and written');
    expectEqual(await textOf(store.read('s')), '0123ab', 'the segment');
    expectEqual([await store.append('s', 2, toBytes('')), await textOf(store.read('s'))], [{ lengthBytes: 2 }, '01'], 'cut only');
    await store.append('s', 2, toBytes('zz'));
    expectEqual(await textOf(store.read('s')), '01zz', 'nothing of the old tail comes back');
  }),
  check('segment.beyond', 'append beyond the end is a conflict and changes nothing', async (store) => {
    await expectCode('conflict', () => store.append('s', 1, toBytes('x')));
    expectEqual(await store.size('s'), undefined, 'nothing was made');
    await store.append('s', 0, toBytes('ab'));
    await expectCode('conflict', () => store.append('s', 3, toBytes('x')));
    expectEqual(await textOf(store.read('s')), 'ab', 'the segment');
  }),
  check('segment.empty', 'an empty append makes an empty segment', async (store) => {
    expectEqual([await store.append('s', 0, toBytes('')), await store.size('s')], [{ lengthBytes: 0 }, 0], 'empty segment');
  }),
  check('segment.read-range', 'read gives a range, nothing beyond the end, and not-found for an absent segment', async (store) => {
    await store.append('s', 0, toBytes('hello'));
    expectEqual([await textOf(store.read('s', { from: 1, to: 4 })), await textOf(store.read('s', { from: 9 }))], ['ell', ''], 'ranges');
    await expectCode('not-found', () => textOf(store.read('t')));
    expectEqual(await store.size('t'), undefined, 'size of an absent one');
  }),
  check('segment.own-copy', 'a segment keeps its bytes when the caller changes the buffer, and a read chunk is the reader\'s own', async (store) => {
    const bytes = toBytes('hello');
    await store.append('s', 0, bytes);
    bytes.fill(0);
    for await (const chunk of store.read('s')) chunk.fill(1);
    expectEqual(await textOf(store.read('s')), 'hello', 'the segment');
  }),
  check('segment.names', 'names differ by case, by any character, and may be a beginning of one another', async (store) => {
    const names = ['A', 'a', 'a/b', 'a/b/c', 'a b', 'aux', 'con.txt', '.hidden', 'end.', 'ü/日本 👩', 'a\nb', 'a\\b', '%41', '...', 'c:d', 'contents/x'];
    for (const name of names) await store.append(name, 0, toBytes(name));
    for (const name of names) expectEqual(await textOf(store.read(name)), name, `segment ${JSON.stringify(name)}`);
    expectEqual((await store.list('')).map(({ name }) => name), names.toSorted(byCodeUnits), 'all names');
  }),
  check('segment.bad-names', 'a name that could lead elsewhere is refused by every verb', async (store) => {
    const bad = ['', '/', '/etc/passwd', '..', '../x', 'a/../b', 'a//b', 'a/', './a', 'a/.', 'a\0b', '\ud800', 'content', 'content/x', 'x'.repeat(701)];
    for (const name of bad) {
      await expectCode('config-invalid', () => store.append(name, 0, toBytes('x')));
      await expectCode('config-invalid', () => textOf(store.read(name)));
      await expectCode('config-invalid', () => store.size(name));
      await expectCode('config-invalid', () => store.delete([name]));
    }
    expectEqual(await store.list(''), [], 'nothing was stored');
  }),
];

const otherChecks: readonly BlobStoreCheck[] = [
  check('list.order', 'list gives names by prefix in the order of their code units, after a name, up to a limit', async (store) => {
    const names = ['b/2', 'a-b', 'a', 'a/x', 'a/y/z', 'a0', 'b/10', 'c'];
    for (const name of names) await store.append(name, 0, toBytes('1'));
    await store.put(toBytes('hello'));
    const listed = async (prefix: string, o?: { after?: string; limit?: number }): Promise<string[]> => (await store.list(prefix, o)).map(({ name }) => name);
    expectEqual(await listed(''), ['a', 'a-b', 'a/x', 'a/y/z', 'a0', 'b/10', 'b/2', 'c', contentName(helloHash)], 'all');
    expectEqual(await listed('a/'), ['a/x', 'a/y/z'], 'a folder');
    expectEqual(await listed('b/1'), ['b/10'], 'part of a name');
    expectEqual(await listed('', { after: 'a/x', limit: 3 }), ['a/y/z', 'a0', 'b/10'], 'a page');
    expectEqual(await listed('a', { after: 'a/y', limit: 9 }), ['a/y/z', 'a0'], 'after a name that is not there');
    expectEqual([await listed('zz'), await listed('', { limit: 0 })], [[], []], 'nothing');
  }),
  check('list.size', 'list tells sizes and times', async (store) => {
    await store.append('s', 0, toBytes('hello'));
    const [entry] = await store.list('s');
    expectEqual([entry?.sizeBytes, Number.isFinite(entry?.modifiedMs)], [5, true], 'the entry');
  }),
  check('delete', 'delete removes what is there and does not mind what is not', async (store) => {
    await store.append('a/b', 0, toBytes('1'));
    await store.append('a/c', 0, toBytes('2'));
    await store.delete(['a/b', 'never/there', contentName(absentHash)]);
    await store.delete(['a/b']);
    expectEqual((await store.list('')).map(({ name }) => name), ['a/c'], 'what is left');
    await store.append('a/b', 0, toBytes('new'));
    expectEqual(await textOf(store.read('a/b')), 'new', 'the same name again');
  }),
  check('delete.unused', 'delete spares what was written or confirmed at the given time or later', async (store) => {
    await store.put(toBytes('hello'));
    const usedMs = (await store.list(''))[0]?.modifiedMs ?? 0;
    await store.delete([contentName(helloHash)], { unusedSinceMs: usedMs });
    expectEqual(await store.has([helloHash]), [true], 'used since');
    await store.delete([contentName(helloHash)], { unusedSinceMs: usedMs + 3_600_000 });
    expectEqual(await store.has([helloHash]), [false], 'unused since');
  }),
  check('abort', 'a signal that is already aborted rejects every verb with aborted and changes nothing', async (store) => {
    await store.append('s', 0, toBytes('hello'));
    await store.put(toBytes('hello'));
    const o = { signal: AbortSignal.abort(new Error('enough')) };
    const verbs: (() => Promise<unknown>)[] = [
      () => store.put(toBytes('x'), o), () => store.put(inPieces('x'), o), () => store.has([helloHash], o), () => textOf(store.get(helloHash, o)),
      () => store.append('s', 0, toBytes('x'), o), () => textOf(store.read('s', o)), () => store.size('s', o), () => store.list('', o), () => store.delete(['s'], o),
    ];
    for (const verb of verbs) await expectCode('aborted', verb);
    expectEqual([await textOf(store.read('s')), (await store.list('')).length], ['hello', 2], 'what is there');
  }),
  check('abort.mid-stream', 'a put aborted in the middle keeps nothing', async (store) => {
    const controller = new AbortController();
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield toBytes('hel');
      controller.abort();
      yield toBytes('lo');
    };
    await expectCode('aborted', () => store.put(source(), { signal: controller.signal }));
    expectEqual(await store.list(''), [], 'what is there');
  }),
  check('dispose', 'disposing destroys nothing', async (store, test) => {
    await store.append('s', 0, toBytes('1'));
    await store[Symbol.asyncDispose]();
    await using again = await test.open();
    expectEqual(await textOf(again.read('s')), '1', 'after opening again');
  }),
  check('adopt', 'adopt, where there is one, takes over a local file; asking again answers its length', async (store, test) => {
    if (store.adopt === undefined) return;
    if (test.localFile === undefined) throw new Error('the test of a store with adopt must provide localFile');
    const file = await test.localFile(toBytes('from a file'));
    expectEqual(await store.adopt('x/y', file), { lengthBytes: 11 }, 'adopt');
    expectEqual([await textOf(store.read('x/y')), await store.adopt('x/y', file)], ['from a file', { lengthBytes: 11 }], 'adopted, twice');
    expectEqual(await store.append('x/y', 5, toBytes('here')), { lengthBytes: 9 }, 'append after it');
    await expectCode('not-found', async () => store.adopt?.('z', file));
  }),
];

/** What every BlobStore must do. Run each with a fresh store; no test runner is needed. */
export const blobStoreChecks: readonly BlobStoreCheck[] = [...contentChecks, ...segmentChecks, ...otherChecks];

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
