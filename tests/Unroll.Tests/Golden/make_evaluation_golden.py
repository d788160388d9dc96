#!/usr/bin/python3
"""Makes evaluation.json beside this file: what scikit-learn measures on given logits and labels (written with 1.2).

    apt-get install python3-sklearn
    python3 tests/Unroll.Tests/Golden/make_evaluation_golden.py

The calibration error is Guo et al.'s, 2017, in numpy; the temperature is found by scipy on a double-precision loss.
The test run needs none of this; the file is committed.
"""
import json, os, warnings
import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, log_loss, precision_recall_fscore_support

HERE = os.path.dirname(os.path.abspath(__file__))


def calibration_error(p, y, bins=15):
    top, right = p.max(1), p.argmax(1) == y
    edges, error = np.linspace(0, 1, bins + 1), 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (top > low) & (top <= high)
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - top[inside].mean())
    return error


def nll(z, y, T):
    return -log_softmax(z / T, 1)[np.arange(len(y)), y].mean()


def case(name, rng, rows, classes, scale, labels=None, never=()):
    z = rng.normal(size=(rows, classes)) * scale
    y = rng.choice(labels if labels is not None else classes, rows)
    z[np.arange(rows), y] += scale
    z[:, list(never)] = -9
    z = z.astype(np.float32).round(3).astype(np.float32)
    plain = z.astype(np.float64)
    p, predicted = softmax(plain, 1), plain.argmax(1)
    precision, recall, f1, support = precision_recall_fscore_support(y, predicted, labels=range(classes), zero_division=0)
    best = minimize_scalar(lambda t: nll(plain, y, np.exp(t)), bounds=(np.log(0.05), np.log(20)), method="bounded", options={"xatol": 1e-10})
    T = float(np.exp(best.x))
    return {"name": name, "classes": classes, "logits": [[float(str(v)) for v in row] for row in z], "labels": y.tolist(),
            "accuracy": accuracy_score(y, predicted), "macro_f1": f1_score(y, predicted, average="macro", zero_division=0),
            "precision": precision.tolist(), "recall": recall.tolist(), "f1": f1.tolist(), "support": support.astype(int).tolist(),
            "confusion": confusion_matrix(y, predicted, labels=range(classes)).tolist(), "loss": log_loss(y, p, labels=range(classes)),
            "calibration_error": calibration_error(p, y), "temperature": T, "calibrated_loss": nll(plain, y, T),
            "calibrated_error": calibration_error(softmax(plain / T, 1), y)}


if __name__ == "__main__":
    warnings.simplefilter("ignore", UndefinedMetricWarning)
    rng = np.random.default_rng(2025)
    cases = [case("two classes", rng, 60, 2, 1.5), case("five classes", rng, 200, 5, 2.0), case("too sure", rng, 150, 3, 8.0),
             case("too shy", rng, 150, 3, 0.3), case("a class nobody has or predicts", rng, 40, 4, 1.5, labels=[0, 1, 3], never=[2]),
             case("a class nobody predicts", rng, 40, 4, 1.0, never=[1]), case("one row", rng, 1, 3, 1.0)]
    with open(os.path.join(HERE, "evaluation.json"), "w") as f:
        json.dump({"cases": cases}, f, separators=(",", ":"))
        f.write("\n")
