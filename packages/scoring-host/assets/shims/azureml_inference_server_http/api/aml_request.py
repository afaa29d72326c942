"""The request that a script decorated with `rawhttp` gets: the parts of Flask's request that scripts use."""
import functools
import io
import json
from urllib.parse import parse_qsl

from .form import parse_form
from .headers import Headers


class Arguments(dict):
    """The first value of each name; all of them by `getlist`."""

    def __init__(self, pairs):
        super().__init__()
        self._all = {}
        for name, value in pairs:
            self._all.setdefault(name, []).append(value)
            self.setdefault(name, value)

    def get(self, name, default=None, type=None):
        value = super().get(name, default)
        return type(value) if type is not None and name in self else value

    def getlist(self, name):
        return list(self._all.get(name, []))

    def to_dict(self, flat=True):
        return dict(self) if flat else {name: list(values) for name, values in self._all.items()}


class AMLRequest:
    def __init__(self, head=None, body=b""):
        head = head or {}
        self.method = head.get("method", "POST")
        self.path = head.get("path", "/score")
        self.full_path = self.path + "?" + head.get("query", "")
        self.query_string = head.get("query", "").encode()
        self.headers = Headers(head.get("headers", ()))
        self.host = self.headers.get("host", "localhost")
        self.scheme = "http"
        self.base_url = "http://%s%s" % (self.host, self.path)
        self.host_url = self.root_url = self.url_root = "http://%s/" % self.host
        self.url = self.base_url + ("?" + head["query"] if head.get("query") else "")
        self.remote_addr = head.get("remote")
        self.args = Arguments(parse_qsl(head.get("query", ""), keep_blank_values=True))
        self._body = body
        self._form = None

    @property
    def data(self):
        return self._body

    def get_data(self, cache=True, as_text=False, parse_form_data=False):
        return self._body.decode("utf-8", "replace") if as_text else self._body

    @property
    def stream(self):
        return io.BytesIO(self._body)

    @property
    def content_type(self):
        return self.headers.get("content-type")

    @property
    def mimetype(self):
        return (self.content_type or "").split(";")[0].strip().lower()

    @property
    def content_length(self):
        return len(self._body)

    @property
    def is_json(self):
        return self.mimetype == "application/json" or self.mimetype.endswith("+json")

    @property
    def json(self):
        return self.get_json()

    def get_json(self, force=False, silent=False, cache=True):
        if not force and not self.is_json:
            if silent:
                return None
            raise ValueError("the request's content type is not application/json")
        try:
            return json.loads(self._body)
        except ValueError:
            if silent:
                return None
            raise

    @property
    def cookies(self):
        pairs = (part.split("=", 1) for part in self.headers.get("cookie", "").split(";") if "=" in part)
        return {name.strip(): value.strip().strip('"') for name, value in pairs}

    def _parsed(self):
        if self._form is None:
            fields, files = parse_form(self.content_type or "", self._body)
            self._form = (Arguments(fields), Arguments(files))
        return self._form

    @property
    def form(self):
        return self._parsed()[0]

    @property
    def files(self):
        return self._parsed()[1]

    @property
    def values(self):
        return Arguments([*self.args.items(), *self.form.items()])


def rawhttp(run):
    """Marks `run` as one that takes the request itself."""

    @functools.wraps(run)
    def whole(*args, **kwargs):
        return run(*args, **kwargs)

    whole.destino_raw = True
    return whole
