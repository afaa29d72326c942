class Tracking:
    """What an MLflow server knows, as far as clients ask for it back, kept in memory for the length of one job."""

    def __init__(self, journal, artifacts, own_run, run_name, experiment):
        self.journal = journal
        self.artifacts = os.path.abspath(artifacts)
        self.lock = threading.Lock()
        self.experiment_name = experiment
        self.adopts_next = not own_run
        self.runs = {}
        self.models = {}
        self.unknown = set()
        self.own_run = own_run
        self.made = 0
        self.run(own_run or self.new_id(), run_name, is_own=True)

    def new_id(self):
        self.made += 1
        return "%032x" % (int.from_bytes(os.urandom(12), "big") << 32 | self.made)

    def run(self, run_id, name="", start_ms=None, is_own=False):
        """The run with this id. One that was made elsewhere is taken as it comes."""
        run_id = str(run_id or self.own_run)
        if run_id not in self.runs:
            self.own_run = run_id if is_own else self.own_run
            self.runs[run_id] = Run(run_id, name or run_id, start_ms or now_ms(), is_own)
        return self.runs[run_id]

    def record(self, run, kind, **fields):
        record = {"kind": kind}
        if not run.is_own:
            record["run"] = run.run_id
        record.update(fields)
        return record

    # Each verb below takes the request's fields and gives the answer's. The caller holds the lock.

    def create_run(self, ask):
        """Makes a run; the first is the job's own where the client was not given that one's id."""
        start_ms = whole(ask.get("start_time"), now_ms())
        run = self.run(self.own_run if self.adopts_next else self.new_id(), ask.get("run_name"), start_ms)
        run.name, self.adopts_next = ask.get("run_name") or run.name, False
        records = [self.record(run, "run", name=run.name, status=run.status, timeMs=start_ms)]
        self.journal.write(records + self.put_tags(run, ask.get("tags")))
        return {"run": run.view()}

    def get_run(self, ask):
        return {"run": self.run(ask.get("run_id") or ask.get("run_uuid")).view()}

    def update_run(self, ask):
        run = self.run(ask.get("run_id") or ask.get("run_uuid"))
        statuses = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}
        run.status = statuses.get(ask.get("status"), ask.get("status") or run.status)
        run.end_ms = whole(ask.get("end_time"), run.end_ms)
        run.name = ask.get("run_name") or run.name
        self.journal.write([self.record(run, "run", name=run.name, status=run.status, timeMs=run.end_ms or now_ms())])
        return {"run_info": run.info()}

    def stage(self, name):
        def change(ask):
            self.run(ask.get("run_id")).stage = name
            return {}
        return change

    def log_metric(self, ask):
        run = self.run(ask.get("run_id") or ask.get("run_uuid"))
        self.journal.write(self.put_metrics(run, [ask]))
        return {}

    def log_param(self, ask):
        run = self.run(ask.get("run_id") or ask.get("run_uuid"))
        self.journal.write(self.put_params(run, [ask]))
        return {}

    def set_tag(self, ask):
        run = self.run(ask.get("run_id") or ask.get("run_uuid"))
        self.journal.write(self.put_tags(run, [ask]))
        return {}

    def delete_tag(self, ask):
        run = self.run(ask.get("run_id"))
        if run.tags.pop(str(ask.get("key")), None) is not None:
            self.journal.write([self.record(run, "tag", key=str(ask.get("key")), value=None)])
        return {}

    def log_batch(self, ask):
        run = self.run(ask.get("run_id"))
        records = self.put_metrics(run, ask.get("metrics")) + self.put_params(run, ask.get("params"))
        self.journal.write(records + self.put_tags(run, ask.get("tags")))
        return {}

    def put_metrics(self, run, metrics):
        records = []
        for metric in metrics or []:
            value = plain_number(metric.get("value"))
            if value is None or not metric.get("key"):
                continue
            key, step = str(metric["key"]), whole(metric.get("step"), 0)
            time_ms = whole(metric.get("timestamp"), now_ms())
            run.add_metric(key, value, step, time_ms)
            records.append(self.record(run, "metric", key=key, value=value, step=step, timeMs=time_ms))
        return records

    def put_params(self, run, params):
        pairs = {str(param.get("key")): str(param.get("value", "")) for param in params or []}
        run.params.update(pairs)
        return [self.record(run, "param", key=key, value=value) for key, value in pairs.items()]

    def put_tags(self, run, tags):
        pairs = {str(tag.get("key")): str(tag.get("value", "")) for tag in tags or []}
        run.tags.update(pairs)
        return [self.record(run, "tag", key=key, value=value) for key, value in pairs.items()]

    def search_runs(self, ask):
        runs = sorted((run for run in self.runs.values() if run.stage == "active"), key=lambda run: -run.start_ms)
        return {"runs": [run.view() for run in runs[: whole(ask.get("max_results"), 1000)]]}

    def metric_history(self, ask):
        run = self.run(ask.get("run_id") or ask.get("run_uuid"))
        return {"metrics": list(run.history.get(ask.get("metric_key"), []))}

    # There is one experiment, under whatever name it is asked for. The client refuses to go on with the job's own run
    # where a script has set another one, and that must not end the job.

    def experiment(self, ask):
        self.experiment_name = str(ask.get("experiment_name") or ask.get("name") or self.experiment_name)
        return {
            "experiment_id": "0",
            "name": self.experiment_name,
            "artifact_location": "mlflow-artifacts:/",
            "lifecycle_stage": "active",
        }

    def get_experiment(self, ask):
        return {"experiment": self.experiment(ask)}

    def create_experiment(self, ask):
        return {"experiment_id": self.experiment(ask)["experiment_id"]}

    def search_experiments(self, ask):
        return {"experiments": [self.experiment({})]}

    def create_model(self, ask):
        model_id = "m-" + self.new_id()
        info = {
            "model_id": model_id,
            "experiment_id": "0",
            "name": ask.get("name") or model_id,
            "creation_timestamp_ms": now_ms(),
            "last_updated_timestamp_ms": now_ms(),
            "artifact_uri": "mlflow-artifacts:/models/" + model_id,
            "status": 1,
            "model_type": ask.get("model_type") or "",
            "source_run_id": ask.get("source_run_id") or "",
            "tags": ask.get("tags") or [],
        }
        self.models[model_id] = {"info": info, "data": {"params": ask.get("params") or [], "metrics": []}}
        return {"model": self.models[model_id]}

    def model(self, model_id, ask):
        if model_id not in self.models:
            raise Refusal(404, "RESOURCE_DOES_NOT_EXIST", "there is no logged model %s" % model_id)
        model = self.models[model_id]
        if "status" in ask:
            model["info"]["status"] = ask["status"]
        return {"model": model}

    def artifact_place(self, name):
        """Where an artifact lies, never outside of the folder, whatever links the job made there."""
        parts = [part for part in name.split("/") if part not in ("", ".")]
        place = os.path.join(self.artifacts, *parts)
        inside = os.path.realpath(self.artifacts)
        if ".." in parts or "\0" in name or not (os.path.realpath(place) + os.sep).startswith(inside + os.sep):
            raise Refusal(400, "INVALID_PARAMETER_VALUE", "the artifact path leads out of the folder")
        return place, "/".join(parts)

    def list_artifacts(self, path):
        place, _ = self.artifact_place(path)
        if not os.path.isdir(place):
            return {"files": []}
        files = []
        for entry in sorted(os.scandir(place), key=lambda entry: entry.name):
            is_folder = entry.is_dir()
            item = {"path": entry.name, "is_dir": is_folder}
            files.append(item if is_folder else dict(item, file_size=entry.stat().st_size))
        return {"files": files}

    def put_artifact(self, name, chunks):
        place, path = self.artifact_place(name)
        if not path:
            raise Refusal(400, "INVALID_PARAMETER_VALUE", "an artifact needs a name")
        aside = "%s.%d.%d.part" % (place, os.getpid(), threading.get_ident())
        size = 0
        try:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(aside, "wb") as file:
                for chunk in chunks:
                    size += file.write(chunk)
            os.replace(aside, place)
            self.journal.write([{"kind": "artifact", "path": path, "sizeBytes": size, "timeMs": now_ms()}])
        except OSError as error:
            sys.stderr.write("destino: the artifact %s cannot be kept: %s\n" % (path, error))
            for _ in chunks:
                pass
            if os.path.exists(aside):
                os.unlink(aside)
        return {}

    def note_unknown(self, method, route):
        """A verb that newer clients have and this server does not: the job goes on, and its owner can see why."""
        if (method, route) not in self.unknown and len(self.unknown) < 100:
            self.unknown.add((method, route))
            self.journal.write([{"kind": "unsupported", "route": "%s %s" % (method, route)}])


def routes_of(tracking):
    run, experiments = "runs/", "experiments/"
    return {
        ("POST", run + "create"): tracking.create_run,
        ("GET", run + "get"): tracking.get_run,
        ("POST", run + "update"): tracking.update_run,
        ("POST", run + "delete"): tracking.stage("deleted"),
        ("POST", run + "restore"): tracking.stage("active"),
        ("POST", run + "log-metric"): tracking.log_metric,
        ("POST", run + "log-parameter"): tracking.log_param,
        ("POST", run + "log-batch"): tracking.log_batch,
        ("POST", run + "log-model"): lambda ask: {},
        ("POST", run + "log-inputs"): lambda ask: {},
        ("POST", run + "outputs"): lambda ask: {},
        ("POST", run + "set-tag"): tracking.set_tag,
        ("POST", run + "delete-tag"): tracking.delete_tag,
        ("POST", run + "search"): tracking.search_runs,
        ("GET", "metrics/get-history"): tracking.metric_history,
        ("GET", experiments + "get"): tracking.get_experiment,
        ("GET", experiments + "get-by-name"): tracking.get_experiment,
        ("POST", experiments + "create"): tracking.create_experiment,
        ("POST", experiments + "search"): tracking.search_experiments,
        ("GET", experiments + "search"): tracking.search_experiments,
        ("POST", experiments + "set-experiment-tag"): lambda ask: {},
        ("POST", "logged-models"): tracking.create_model,
    }
