"""One worker: runs `init` once, then `run` for one request at a time. Standard library only.

Started as `python worker.py ENTRY_SCRIPT`, with a connected socket as descriptor 3. The words on it stand in
src/workers/frames.ts. What the script prints goes to the worker's own output, each line with the request's id in front.
"""
import gc
import json
import os
import select
import signal
import struct
import sys
import threading
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "shims"))
sys.path.append(os.path.join(os.path.dirname(HERE), "fallback"))

import entry  # noqa: E402
import output  # noqa: E402

CHANNEL = 3
HEAD = struct.Struct(">IBI")
WORD = struct.Struct(">I")
RESULT, ANSWER, START, PIECE, END, READY, FAILED = b"JASCERF"


def send(kind, request, *parts):
    """Writes one frame whole; a front that is gone ends the worker."""
    data = b"".join((HEAD.pack(5 + sum(map(len, parts)), kind, request), *parts))
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(CHANNEL, view):]
    except OSError:
        os._exit(0)


def send_json(kind, value):
    send(kind, 0, json.dumps(value).encode())


def leave_with_front():
    """Ends the worker when the front is gone, whatever the script is doing."""
    poll = select.poll()
    poll.register(CHANNEL, 0)
    poll.poll()
    os._exit(0)


def serve(scorer):
    reader = os.fdopen(os.dup(CHANNEL), "rb", buffering=1 << 16)
    while True:
        head = reader.read(HEAD.size)
        if len(head) < HEAD.size:
            return
        length, _, request = HEAD.unpack(head)
        payload = reader.read(length - 5)
        if len(payload) < length - 5:
            return
        head_end = 4 + WORD.unpack_from(payload)[0]
        answer(scorer, request, payload[4:head_end], payload[head_end:])


def answer(scorer, request, head, body):
    output.begin(head)
    result = scorer.score(head, body)
    if result.pieces is None:
        if result.head is None:
            send(RESULT, request, WORD.pack(result.microseconds), result.body)
        else:
            send_head(ANSWER, request, result.head, result.body)
    else:
        send_head(START, request, result.head, b"")
        failed = stream(request, result.pieces)
        send(END, request, b"1" if failed else b"0")
    output.finish()


def send_head(kind, request, head, body):
    text = json.dumps(head).encode()
    send(kind, request, WORD.pack(len(text)), text, body)


def stream(request, pieces):
    """Sends pieces as they come; answers whether the script failed on its way."""
    try:
        for piece in pieces:
            if piece:
                send(PIECE, request, piece)
        return False
    except Exception:
        traceback.print_exc()
        return True


def start(path):
    """Loads the script and runs `init`; ends the process when either fails."""
    try:
        scorer = entry.load(path)
    except BaseException as error:
        text = entry.describe_failure(error)
        print(text, file=sys.stderr, flush=True)
        send_json(FAILED, {"message": entry.first_line(error), "traceback": text})
        sys.exit(3)
    return scorer


def main():
    # Whoever ends the service ends its whole tree: a worker leaves when its front does, not in the middle of a request.
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGINT, lambda *_: None)
    os.set_inheritable(CHANNEL, False)
    threading.Thread(target=leave_with_front, daemon=True).start()
    output.capture()
    scorer = start(sys.argv[1])
    output.finish()
    gc.collect()
    gc.freeze()
    send_json(READY, {"pid": os.getpid(), "wants": scorer.wants, "schema": scorer.schema})
    serve(scorer)


main()
