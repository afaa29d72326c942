"""Lines that the script prints, with the id of the request that they belong to; zeros while `init` runs."""
import io
import json
import sys

NOBODY = "00000000-0000-0000-0000-000000000000"
_current = [NOBODY]
_head = [b""]


def begin(head):
    """The id is read only when something is printed."""
    _head[0] = head
    _current[0] = None


def finish():
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, Prefixed):
            stream.end_line()
    _current[0] = NOBODY


def request_id():
    if _current[0] is None:
        try:
            _current[0] = str(json.loads(_head[0])["id"])
        except (ValueError, KeyError, TypeError):
            _current[0] = NOBODY
    return _current[0]


class Prefixed(io.TextIOBase):
    """A text stream that begins each line with the request's id and a comma."""

    def __init__(self, inner):
        self._inner = inner
        self._fresh = True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError("write() argument must be str, not " + type(text).__name__)
        if not text:
            return 0
        prefix = request_id() + ","
        lines = text.splitlines(keepends=True)
        parts = []
        for line in lines:
            if self._fresh:
                parts.append(prefix)
            parts.append(line)
            self._fresh = line.endswith("\n")
        self._inner.write("".join(parts))
        if self._fresh:
            self._inner.flush()
        return len(text)

    def end_line(self):
        if not self._fresh:
            self.write("\n")

    def flush(self):
        self._inner.flush()

    def fileno(self):
        return self._inner.fileno()

    def isatty(self):
        return False

    def writable(self):
        return True

    @property
    def encoding(self):
        return self._inner.encoding

    @property
    def buffer(self):
        return self._inner.buffer


def capture():
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    sys.stdout, sys.stderr = Prefixed(sys.stdout), Prefixed(sys.stderr)
