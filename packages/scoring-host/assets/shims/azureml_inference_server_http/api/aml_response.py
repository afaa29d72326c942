"""An answer of the script's own: status, headers, bytes, text, JSON, or pieces as they come."""
import json

from .headers import Headers


class AMLResponse:
    def __init__(self, message, status_code=200, response_headers=None, json_str=False, run_function_failed=False, mimetype=None, content_type=None):
        self.status_code = int(status_code)
        self.headers = Headers(response_headers or {})
        self.run_function_failed = run_function_failed
        self.pieces = None
        if json_str:
            message = json.dumps(message)
        if hasattr(message, "__next__") or hasattr(message, "__anext__"):
            self._body, self.pieces = b"", message
        else:
            self._body = b"" if message is None else bytes(message) if isinstance(message, (bytes, bytearray, memoryview)) else str(message).encode()
        content = content_type or mimetype or ("application/json" if json_str else None)
        if content is not None:
            self.headers["Content-Type"] = content
        elif "content-type" not in self.headers:
            self.headers["Content-Type"] = "text/html; charset=utf-8"

    def get_data(self, as_text=False):
        return self._body.decode() if as_text else self._body

    def set_data(self, value):
        self._body = value.encode() if isinstance(value, str) else bytes(value)

    data = property(get_data, set_data)

    @property
    def status(self):
        return str(self.status_code)

    @property
    def content_type(self):
        return self.headers.get("content-type")

    @content_type.setter
    def content_type(self, value):
        self.headers["Content-Type"] = value

    mimetype = content_type
