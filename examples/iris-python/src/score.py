"""Answers requests with the species of flowers: {"data": [[5.1, 3.5, 1.4, 0.2], ...]}."""
import json
import os

from train import predict

model = None


def init():
    """Once per worker, before the first request."""
    global model
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "model.json"), encoding="utf-8") as file:
        model = json.load(file)


def run(raw_data):
    """Once per request."""
    rows = json.loads(raw_data)["data"]
    scaled = [[(value - mean) / deviation for value, mean, deviation in zip(row, model["mean"], model["deviation"])] for row in rows]
    chances = [predict(row, model["weights"]) for row in scaled]
    return {"species": [model["species"][each.index(max(each))] for each in chances], "chances": chances}
