"""Trains a softmax regression on Fisher's iris flowers, with the standard library alone."""
import argparse
import json
import math
import os


def split(rows):
    """Every fifth row of each kind is held back, so that each run measures on the same flowers."""
    seen, kept, held_back = {}, [], []
    for measures, kind in rows:
        count = seen.get(kind, 0)
        seen[kind] = count + 1
        (held_back if count % 5 == 4 else kept).append((measures, kind))
    return kept, held_back


def standardiser(rows):
    columns = list(zip(*(measures for measures, _ in rows)))
    mean = [sum(column) / len(column) for column in columns]
    deviation = [math.sqrt(sum((value - m) ** 2 for value in column) / len(column)) for column, m in zip(columns, mean)]
    return mean, deviation


def predict(measures, weights):
    scores = [sum(w * value for w, value in zip(row, [*measures, 1.0])) for row in weights]
    largest = max(scores)
    powers = [math.exp(score - largest) for score in scores]
    return [power / sum(powers) for power in powers]


def train(rows, kinds, epochs, rate):
    weights = [[0.0] * (len(rows[0][0]) + 1) for _ in range(kinds)]
    for epoch in range(1, epochs + 1):
        gradient = [[0.0] * len(weights[0]) for _ in range(kinds)]
        loss = 0.0
        for measures, kind in rows:
            chances = predict(measures, weights)
            loss -= math.log(chances[kind])
            for each, chance in enumerate(chances):
                error = chance - (1.0 if each == kind else 0.0)
                for index, value in enumerate([*measures, 1.0]):
                    gradient[each][index] += error * value / len(rows)
        for each in range(kinds):
            weights[each] = [w - rate * g for w, g in zip(weights[each], gradient[each])]
        if epoch % math.ceil(epochs / 5) == 0:
            print(f"epoch {epoch:4d}  loss {loss / len(rows):.4f}", flush=True)
    return weights


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--model", required=True)
    arguments = parser.parse_args()
    with open(arguments.data, encoding="utf-8") as file:
        rows = json.load(file)
    species = list(dict.fromkeys(row[4] for row in rows))
    kept, held_back = split([(row[:4], species.index(row[4])) for row in rows])
    print(f"{len(rows)} flowers of {len(species)} species: {len(kept)} to learn from, {len(held_back)} held back", flush=True)
    mean, deviation = standardiser(kept)
    scaled = lambda part: [([(v - m) / d for v, m, d in zip(measures, mean, deviation)], kind) for measures, kind in part]
    weights = train(scaled(kept), len(species), arguments.epochs, arguments.rate)
    right = sum(1 for measures, kind in scaled(held_back) if max(range(len(species)), key=predict(measures, weights).__getitem__) == kind)
    result = right / len(held_back)
    os.makedirs(arguments.model, exist_ok=True)
    with open(os.path.join(arguments.model, "model.json"), "w", encoding="utf-8") as file:
        json.dump({"species": species, "mean": mean, "deviation": deviation, "weights": weights}, file)
    os.makedirs("outputs", exist_ok=True)
    with open("outputs/metrics.json", "w", encoding="utf-8") as file:
        json.dump({"accuracy": result, "heldBack": len(held_back)}, file)
    print(f"accuracy on the {len(held_back)} flowers held back: {result:.3f}")


if __name__ == "__main__":
    main()
