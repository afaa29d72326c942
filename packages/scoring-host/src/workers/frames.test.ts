import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { FrameReader, frameHead, longestFrameBytes, requestFrame } from './frames.ts';

describe('frames', () => {
  it('come out as they went in, however the stream is cut', () => {
    const frame = fc.record({ kind: fc.integer({ min: 0, max: 255 }), request: fc.integer({ min: 0, max: 2 ** 32 - 1 }), payload: fc.uint8Array({ maxLength: 300 }) });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1 }), (frames, cuts) => {
        const bytes = Buffer.concat(frames.flatMap(({ kind, request, payload }) => [frameHead(kind, request, payload.length), Buffer.from(payload)]));
        const reader = new FrameReader();
        const out = [];
        for (let from = 0, turn = 0; from < bytes.length; turn += 1) {
          const size = cuts[turn % cuts.length] ?? 1;
          out.push(...reader.push(bytes.subarray(from, from + size)));
          from += size;
        }
        expect(out.map(({ kind, request, payload }) => ({ kind, request, payload: new Uint8Array(payload) }))).toEqual(frames.map((each) => ({ ...each, payload: new Uint8Array(each.payload) })));
      }),
      { numRuns: 200 },
    );
  });

  it.each([0, 4, longestFrameBytes + 1, 2 ** 32 - 1])('of the impossible length %d are refused at once, instead of being waited for', (length) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(length);
    expect(() => new FrameReader().push(bytes)).toThrow(RangeError);
  });

  it('of a request hold its head and its body', () => {
    const [frame] = new FrameReader().push(Buffer.concat(requestFrame(7, '{"ä":1}', Buffer.from('body'))));
    const headEnd = 4 + (frame?.payload.readUInt32BE(0) ?? 0);
    expect([frame?.request, frame?.payload.toString('utf8', 4, headEnd), frame?.payload.toString('utf8', headEnd)]).toEqual([7, '{"ä":1}', 'body']);
  });
});
