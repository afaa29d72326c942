class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        try:
            while True:
                request = Request(self.rfile)
                if not request.method:
                    return
                self.answer(request)
                if request.closes:
                    return self.linger()
        except OSError:
            return  # The client is gone; nobody is left to be told.

    def linger(self):
        """Reads on for a moment: closing on a body that nobody read would reset the connection, and the answer be lost."""
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(2)
        for _ in range(64):
            if not self.rfile.read1(CHUNK_BYTES):
                return

    def answer(self, request):
        if request.headers.get("expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        try:
            self.check_caller(request)
            status, body = 200, self.dispatch(request)
        except Refusal as refusal:
            status, body, request.closes = refusal.status, refusal.body, True
        except ConnectionError:
            raise
        except OSError as error:
            status, body = 404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": str(error)}
        except Exception as error:  # A request that is not what a client sends ends itself, not the server.
            status, body, request.closes = 400, {"error_code": "BAD_REQUEST", "message": repr(error)}, True
        self.reply(status, body, request.closes)

    def check_caller(self, request):
        host = request.headers.get("host", "").rsplit(":", 1)[0]
        if host not in ("127.0.0.1", "localhost"):
            raise Refusal(403, "PERMISSION_DENIED", "this server is for the job on this machine")
        token = self.server.token
        if token and request.headers.get("authorization") != "Bearer " + token:
            raise Refusal(401, "UNAUTHENTICATED", "MLFLOW_TRACKING_TOKEN is missing or wrong")

    def dispatch(self, request):
        path = request.path
        if path in ("/health", "/version"):
            return "OK" if path == "/health" else "2.22.0"
        for prefix in ARTIFACTS:
            if path == prefix or path.startswith(prefix + "/"):
                return self.artifact(request, path[len(prefix) + 1 :])
        for prefix in PREFIXES:
            if path.startswith(prefix):
                return self.call(request, path[len(prefix) :])
        raise Refusal(404, "ENDPOINT_NOT_FOUND", "there is no %s here" % path)

    def call(self, request, route):
        tracking = self.server.tracking
        ask = request.fields() if request.method == "GET" else request.json()
        with tracking.lock:
            verb = self.server.routes.get((request.method, route))
            if verb is not None:
                return verb(ask)
            if route.startswith("logged-models/") and request.method in ("GET", "PATCH"):
                return tracking.model(route.split("/")[1], ask)
            tracking.note_unknown(request.method, route)
        if request.method == "GET":
            raise Refusal(404, "ENDPOINT_NOT_FOUND", "the tracking server beside the job has no %s" % route)
        return {}

    def artifact(self, request, name):
        tracking = self.server.tracking
        if request.method in ("PUT", "POST"):
            return tracking.put_artifact(name, request.chunks())
        if request.method == "GET" and not name:
            return tracking.list_artifacts(request.fields().get("path", ""))
        place, _ = tracking.artifact_place(name)
        if request.method != "GET" or not os.path.isfile(place):
            raise Refusal(404, "RESOURCE_DOES_NOT_EXIST", "there is no artifact %s" % name)
        return open(place, "rb")

    def reply(self, status, body, closes):
        is_file = hasattr(body, "fileno")
        data = b"" if is_file else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        size = os.fstat(body.fileno()).st_size if is_file else len(data)
        kind = "application/octet-stream" if is_file else "text/plain" if isinstance(body, str) else "application/json"
        # Said, or a client would send its next request into the end of this connection.
        close = "Connection: close\r\n" if closes else ""
        head = "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n" % (status, REASONS[status], kind, size, close)
        self.wfile.write(head.encode() + data)
        if is_file:
            with body:
                for chunk in iter(lambda: body.read(CHUNK_BYTES), b""):
                    self.wfile.write(chunk)


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    request_queue_size = 128


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def await_end(parent, watched):
    """Until the watched process is gone; without one, until the one that started this is."""
    if watched is None:
        while os.getppid() == parent:
            time.sleep(0.5)
        return
    try:
        gone = select.poll()
        gone.register(os.pidfd_open(watched), select.POLLIN)
        gone.poll()
    except (AttributeError, OSError):  # Not Linux, an old Python, or gone already.
        while is_alive(watched):
            time.sleep(0.5)


def end_with(parent, watched):
    await_end(parent, watched)
    os._exit(0)


def keep_serving(server, parent, watched):
    """Serves from a child process. Should it be killed, another takes its place: the socket and what came meanwhile stay."""
    keeper = os.getpid()
    for _ in range(MOST_SERVERS):
        child = os.fork()
        if child == 0:
            threading.Thread(target=end_with, args=(keeper, watched), daemon=True).start()
            server.serve_forever()
        if parent is not None:
            threading.Thread(target=end_with, args=(parent, watched), daemon=True).start()
            parent = None
        _, how = os.waitpid(child, 0)
        if how == 0:
            return
        sys.stderr.write("destino: the tracking server ended with %d and is started again\n" % how)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--metrics", required=True, help="the file of JSON lines, appended to")
    parser.add_argument("--artifacts", required=True, help="the job's outputs folder")
    parser.add_argument("--ready", required=True, help="the file that gets the address once the server listens")
    parser.add_argument("--run-id", default="", help="the id of the job's own run")
    parser.add_argument("--run-name", default="")
    parser.add_argument("--experiment", default="Default")
    parser.add_argument("--watch", type=int, help="a process to end with, instead of the parent")
    ask = parser.parse_args()
    tracking = Tracking(Journal(ask.metrics), ask.artifacts, ask.run_id, ask.run_name, ask.experiment)
    server = Server(("127.0.0.1", 0), Handler)
    server.tracking, server.routes = tracking, routes_of(tracking)
    server.token = os.environ.pop("DESTINO_TRACKING_TOKEN", "")
    # A job that is told to end may have a last word to report; this ends with it.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    aside = ask.ready + ".part"
    with open(aside, "w") as file:
        file.write("http://127.0.0.1:%d\n" % server.server_address[1])
    os.replace(aside, ask.ready)
    keep_serving(server, os.getppid(), ask.watch)


if __name__ == "__main__":
    main()
