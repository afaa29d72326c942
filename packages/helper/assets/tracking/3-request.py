class Request:
    """One request as it stands on the wire; http.server would take longer to load than all of the rest."""

    def __init__(self, file):
        line = file.readline(65537).decode("latin-1").split()
        self.method, self.target = (line + ["", ""])[:2]
        self.headers = {}
        while True:
            header = file.readline(65537).decode("latin-1")
            if header in ("\r\n", "\n", ""):
                break
            name, _, value = header.partition(":")
            self.headers[name.strip().lower()] = value.strip()
        self.file = file
        path, _, query = self.target.partition("?")
        self.path, self.query = unquote(path), query
        self.closes = self.headers.get("connection", "").lower() == "close"

    def fields(self):
        pairs = [pair.partition("=") for pair in self.query.split("&") if pair]
        return {unquote(key.replace("+", " ")): unquote(value.replace("+", " ")) for key, _, value in pairs}

    def chunks(self):
        """The body, piece by piece, whether its length was told before or not."""
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            while True:
                size = int(self.file.readline(1024).split(b";")[0] or b"0", 16)
                for piece in self.pieces(size):
                    yield piece
                self.file.readline(1024)
                if size == 0:
                    return
        for piece in self.pieces(whole(self.headers.get("content-length"), 0)):
            yield piece

    def pieces(self, size):
        while size > 0:
            piece = self.file.read(min(size, CHUNK_BYTES))
            if not piece:
                raise ConnectionError("the request ended early")
            size -= len(piece)
            yield piece

    def json(self):
        body = b""
        for chunk in self.chunks():
            body += chunk
            if len(body) > MOST_JSON_BYTES:
                raise Refusal(413, "INVALID_PARAMETER_VALUE", "the request is too large")
        value = json.loads(body.decode("utf-8")) if body else {}
        return value if isinstance(value, dict) else {}


def unquote(text):
    if "%" not in text:
        return text
    out, raw, at = bytearray(), text.encode("latin-1", "replace"), 0
    while at < len(raw):
        pair = raw[at + 1 : at + 3]
        if raw[at] == 37 and len(pair) == 2 and all(digit in b"0123456789abcdefABCDEF" for digit in pair):
            out.append(int(pair, 16))
            at += 3
        else:
            out.append(raw[at])
            at += 1
    return out.decode("utf-8", "replace")
