"""The entry script: how it is loaded, and how its `run` is called."""
import asyncio
import importlib.util
import inspect
import json
import os
import sys
import time
import traceback

MODEL_FILES_SHOWN = 200


class Refusal(Exception):
    """What the caller did wrong, as status and message."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Result:
    """One answer: `head` is None for the plain result of `run`, `pieces` is set for one that streams."""

    __slots__ = ("body", "head", "microseconds", "pieces")

    def __init__(self, body=b"", head=None, microseconds=0, pieces=None):
        self.body, self.head, self.microseconds, self.pieces = body, head, microseconds, pieces


def first_line(error):
    return "%s: %s" % (type(error).__name__, (str(error).splitlines() or [""])[0])


def describe_failure(error):
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    folder = os.environ.get("AZUREML_MODEL_DIR")
    return text + ("\n" + list_folder(folder) if folder else "")


def list_folder(folder):
    lines = ["The model folder %s holds:" % folder]
    for root, _, files in os.walk(folder):
        for name in sorted(files):
            if len(lines) > MODEL_FILES_SHOWN:
                return "\n".join([*lines, "  …"])
            lines.append("  " + os.path.relpath(os.path.join(root, name), folder))
    return "\n".join(lines)


def load(path):
    path = os.path.abspath(path)
    if not os.path.isfile(path):
        raise FileNotFoundError("there is no entry script %s" % path)
    sys.path.insert(0, os.path.dirname(path))
    sys.argv = [path]
    spec = importlib.util.spec_from_file_location("entry_script", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["entry_script"] = module
    spec.loader.exec_module(module)
    for name in ("init", "run"):
        if not callable(getattr(module, name, None)):
            raise AttributeError("the entry script %s has no function %s()" % (os.path.basename(path), name))
    return Scorer(module)


def parameters_of(run):
    found = list(inspect.signature(run).parameters.values())
    if any(each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD) for each in found):
        raise TypeError("run() must name its parameters: *args and **kwargs are not supported")
    names = [each.name for each in found if each.name != "request_headers"]
    if not names:
        raise TypeError("run() must have a parameter for the data")
    return names, any(each.name == "request_headers" for each in found)


class Scorer:
    """Calls `run` as the script declares it: with text, with decoded arguments, or with the whole request."""

    def __init__(self, module):
        run = module.run
        self.raw = bool(getattr(run, "destino_raw", False))
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        schema = None if self.raw else read_schema(run)
        self.run, self.headers, self.names, self.arguments = run, False, ["request"], None
        if not self.raw:
            self.names, self.headers = parameters_of(inspect.unwrap(run))
            self.arguments = None if schema is None else schema["arguments"]
        if not self.raw and self.arguments is None and len(self.names) > 1:
            required = [each for each in inspect.signature(run).parameters.values() if each.default is each.empty and each.name != "request_headers"]
            if len(required) > 1:
                raise TypeError("run() takes several parameters without a schema: decorate it with input_schema")
        self.schema = None if schema is None else {"input": schema["input"], "output": schema["output"]}
        self.wants = {"head": self.raw or self.headers, "json": self.arguments is not None, "raw": self.raw}
        self.settle(module.init())

    def settle(self, value):
        return self.loop.run_until_complete(value) if inspect.isawaitable(value) else value

    def score(self, head, body):
        try:
            arguments, named = self.read(head, body)
        except Refusal as refusal:
            return Result(message(str(refusal)), {"status": refusal.status, "type": "application/json"})
        begun = time.perf_counter()
        try:
            value = self.settle(self.run(*arguments, **named))
            microseconds = int((time.perf_counter() - begun) * 1e6) & 0xFFFFFFFF
            return self.render(value, microseconds)
        except Exception:
            traceback.print_exc()
            head = {"status": 500, "type": "application/json", "failed": True, "microseconds": int((time.perf_counter() - begun) * 1e6)}
            return Result(message("An unexpected error occurred in scoring script. Check the logs for more info."), head)

    def read(self, head, body):
        if self.raw:
            from azureml_inference_server_http.api.aml_request import AMLRequest
            return (AMLRequest(json.loads(head), body),), {}
        named = {"request_headers": dict(json.loads(head)["headers"])} if self.headers else {}
        if self.arguments is None:
            try:
                return (body.decode("utf-8"),), named
            except UnicodeDecodeError:
                raise Refusal(400, "Input request does not include valid UTF-8 text") from None
        return (), {**named, **self.decode(body)}

    def decode(self, body):
        if not body:
            raise Refusal(400, "Input is empty")
        try:
            values = json.loads(body)
        except (ValueError, RecursionError):
            raise Refusal(400, "Input request does not include valid JSON") from None
        if not isinstance(values, dict):
            raise Refusal(400, "Received invalid input: a JSON object is expected")
        missing = [name for name, each in self.arguments.items() if each["required"] and name not in values]
        if missing:
            raise Refusal(400, "Failed to find a required parameter: " + ", ".join(missing))
        try:
            return {name: each["decode"](values[name]) for name, each in self.arguments.items() if name in values}
        except Exception as error:
            raise Refusal(400, "Failed to parse input: " + first_line(error)) from None

    def render(self, value, microseconds):
        if hasattr(value, "status_code") and hasattr(value, "get_data"):
            return self.render_own(value, microseconds)
        if inspect.isgenerator(value) or inspect.isasyncgen(value):
            head = {"status": 200, "type": "application/octet-stream", "microseconds": microseconds}
            return Result(head=head, pieces=self.pieces(value))
        return Result(json.dumps(value).encode(), None, microseconds)

    def render_own(self, value, microseconds):
        items = value.headers.items()
        headers = [[str(name), str(each)] for name, each in items if str(name).lower() not in ("content-length", "content-type")]
        content = next((str(each) for name, each in items if str(name).lower() == "content-type"), "text/html; charset=utf-8")
        failed = bool(getattr(value, "run_function_failed", False))
        head = {"status": int(value.status_code), "type": content, "headers": headers, "failed": failed, "microseconds": microseconds}
        pieces = getattr(value, "pieces", None)
        if pieces is not None:
            return Result(head=head, pieces=self.pieces(pieces))
        return Result(value.get_data(), head)

    def pieces(self, value):
        if hasattr(value, "__anext__"):
            while True:
                try:
                    yield as_bytes(self.loop.run_until_complete(value.__anext__()))
                except StopAsyncIteration:
                    return
        for piece in value:
            yield as_bytes(piece)


def as_bytes(piece):
    if isinstance(piece, (bytes, bytearray, memoryview)):
        return bytes(piece)
    return (piece if isinstance(piece, str) else json.dumps(piece)).encode()


def message(text):
    return json.dumps({"message": text}).encode()


def read_schema(run):
    """The decorators of the package `inference_schema`, when the script uses them."""
    util = sys.modules.get("inference_schema.schema_util")
    if util is None:
        decorators = sys.modules.get("inference_schema.schema_decorators")
        if decorators is None:
            return None
        util = importlib.import_module("inference_schema.schema_util")
    if not util.is_schema_decorated(run):
        return None
    types = util.get_schemas_dict(run).get("input") or {}
    if not types:
        return None
    inner = inspect.signature(inspect.unwrap(run)).parameters
    arguments = {name: {"required": inner[name].default is inspect.Parameter.empty, "decode": lambda value: value} for name in types if name in inner}
    return {"arguments": arguments, "input": util.get_input_schema(run), "output": util.get_output_schema(run)}
