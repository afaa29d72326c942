"""A tracking server beside the job: takes what an MLflow client reports and keeps it as JSON lines.

Standard library only, Python 3.7 and later. It listens on 127.0.0.1, on a port that the system chooses, and writes its
address to the file named by --ready. Nothing that happens here may fail the job: what cannot be kept is counted and
named on stderr, and the client is told that all is well. It ends with the job.
"""
import argparse
import json
import os
import select
import signal
import socket
import socketserver
import sys
import threading
import time

PREFIXES = ("/api/2.0/mlflow/", "/ajax-api/2.0/mlflow/", "/api/2.0/preview/mlflow/", "/api/3.0/mlflow/")
ARTIFACTS = ("/api/2.0/mlflow-artifacts/artifacts", "/ajax-api/2.0/mlflow-artifacts/artifacts")
MOST_JSON_BYTES = 64 * 1024 * 1024
MOST_POINTS_A_KEY = 10_000
CHUNK_BYTES = 1024 * 1024
MOST_SERVERS = 100
REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 413: "Too Large"}


def now_ms():
    return int(time.time() * 1000)


def plain_number(value):
    """A number as JSON can hold it: what is not finite becomes its name. None for what is no number."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    if number != number:
        return "NaN"
    if number in (float("inf"), float("-inf")):
        return "Infinity" if number > 0 else "-Infinity"
    return number


def whole(value, default):
    try:
        return int(value)
    except (TypeError, ValueError):
        return default


class Refusal(Exception):
    """An answer that the MLflow client knows how to take."""

    def __init__(self, status, code, message):
        super().__init__(message)
        self.status = status
        self.body = {"error_code": code, "message": message}


class Journal:
    """The file of JSON lines. Lines of one request are written in one piece."""

    def __init__(self, path):
        self.path = path
        self.file = None
        self.lock = threading.Lock()
        self.dropped = 0

    def write(self, records):
        if not records:
            return
        text = "".join(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n" for record in records)
        with self.lock:
            try:
                if self.file is None:
                    self.file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                rest = text.encode("utf-8", "replace")
                while rest:
                    rest = rest[os.write(self.file, rest):]
            except OSError as error:
                if self.dropped == 0:
                    sys.stderr.write("destino: metrics cannot be kept: %s\n" % error)
                self.dropped += len(records)


class Run:
    def __init__(self, run_id, name, start_ms, is_own):
        self.run_id = run_id
        self.name = name
        self.start_ms = start_ms
        self.end_ms = None
        self.status = "RUNNING"
        self.stage = "active"
        self.is_own = is_own
        self.params = {}
        self.tags = {}
        self.latest = {}
        self.history = {}

    def info(self):
        info = {
            "run_id": self.run_id,
            "run_uuid": self.run_id,
            "run_name": self.name,
            "experiment_id": "0",
            "user_id": "",
            "status": self.status,
            "start_time": self.start_ms,
            "lifecycle_stage": self.stage,
            "artifact_uri": "mlflow-artifacts:/" + ("" if self.is_own else "runs/" + self.run_id),
        }
        if self.end_ms is not None:
            info["end_time"] = self.end_ms
        return info

    def view(self):
        pairs = lambda values: [{"key": key, "value": value} for key, value in values.items()]
        data = {"metrics": list(self.latest.values()), "params": pairs(self.params), "tags": pairs(self.tags)}
        return {"info": self.info(), "data": data, "inputs": {}, "outputs": {}}

    def add_metric(self, key, value, step, time_ms):
        point = {"key": key, "value": value, "timestamp": time_ms, "step": step}
        before = self.latest.get(key)
        if before is None or (step, time_ms) >= (before["step"], before["timestamp"]):
            self.latest[key] = point
        points = self.history.setdefault(key, [])
        points.append(point)
        if len(points) > MOST_POINTS_A_KEY:
            del points[: MOST_POINTS_A_KEY // 10]
