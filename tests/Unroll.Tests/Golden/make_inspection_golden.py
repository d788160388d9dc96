#!/usr/bin/python3
"""Makes inspection.json beside this file: what happens inside PyTorch's cells, word by word (written with 1.13).

    apt-get install python3-torch
    python3 tests/Unroll.Tests/Golden/make_inspection_golden.py

Models and sentences are those of engine.json. Cells are stepped by hand in double precision, because torch.nn.LSTM shows no gates, and
because the gradient at h_t over all ways is only there when h_t itself goes on to the next step; the states are then compared with
torch.nn's. Spectra come from torch.linalg.
"""
import json
import os

import torch
from torch import nn
import torch.nn.functional as F

from make_golden import write

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = {"rnn": nn.RNN, "rnn_relu": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
CHOSEN = ("uni 1 last", "uni 2 mean", "bi 1 max", "bi 2 attention", "bi 1 last", "one-hot")
FLOWS = ("rnn uni 1 last", "gru bi 2 attention", "lstm bi 1 max", "lstm uni 2 mean")


def step(cell, p, suffix, x, h, c):
    a = F.linear(x, p["rnn.weight_ih_" + suffix], p["rnn.bias_ih_" + suffix])
    u = F.linear(h, p["rnn.weight_hh_" + suffix], p.get("rnn.bias_hh_" + suffix))
    if cell == "gru":
        (ar, az, an), (ur, uz, un) = a.chunk(3), u.chunk(3)
        r, z = torch.sigmoid(ar + ur), torch.sigmoid(az + uz)
        n = torch.tanh(an + r * un)
        return (1 - z) * n + z * h, c, {"reset": r, "update": z, "new": n}
    if cell == "lstm":
        i, f, g, o = (a + u).chunk(4)
        i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
        c = f * c + i * g
        return o * torch.tanh(c), c, {"input": i, "forget": f, "cell_candidate": g, "output": o}
    return (torch.tanh(a + u) if cell == "rnn" else torch.relu(a + u)), c, {}


def states_of(config, p, x):
    """Every layer and direction; h_t of each is a leaf of nothing but a place where the gradient is kept."""
    traces, tops, rows = [], [], x
    for layer in range(config["layers"]):
        tops = []
        for direction in range(2 if config["bidirectional"] else 1):
            suffix = f"l{layer}" + ("_reverse" if direction else "")
            h = c = torch.zeros(config["hidden"]).double()
            hidden, cells, gates = [None] * len(rows), [None] * len(rows), [None] * len(rows)
            order = range(len(rows))
            for t in reversed(order) if direction else order:
                h, c, gates[t] = step(config["cell"], p, suffix, rows[t], h, c)
                h.retain_grad()
                hidden[t], cells[t] = h, c
            tops.append(hidden)
            trace = {"layer": layer, "direction": "backward" if direction else "forward", "hidden": torch.stack(hidden).float()}
            if config["cell"] == "lstm":
                trace["cell"] = torch.stack(cells).float()
            trace["gates"] = {name: torch.stack([g[name] for g in gates]).float() for name in gates[0]}
            traces.append(trace)
        rows = [torch.cat(together) for together in zip(*tops)]
    return traces, tops, rows


def compare_with_torch(config, p, x, rows):
    options = {"nonlinearity": "relu"} if config["cell"] == "rnn_relu" else {}
    module = KINDS[config["cell"]](x[0].shape[0], config["hidden"], config["layers"], bidirectional=config["bidirectional"], **options).double()
    with torch.no_grad():
        for name, value in module.named_parameters():
            value.copy_(p["rnn." + name] if "rnn." + name in p else torch.zeros_like(value))
        output = module(torch.stack(x).detach().unsqueeze(1))[0].squeeze(1)
    assert torch.allclose(output, torch.stack(rows), atol=1e-12), config


def pool(config, p, rows, tops):
    if config["pooling"] == "last":
        return torch.cat([hidden[0 if direction else -1] for direction, hidden in enumerate(tops)]), None
    h = torch.stack(rows)
    if config["pooling"] == "mean":
        return h.mean(0), None
    if config["pooling"] == "max":
        return h.max(0).values, None
    alpha = torch.softmax(torch.tanh(F.linear(h, p["attention.weight"], p["attention.bias"])) @ p["attention.query"], 0)
    return alpha @ h, alpha.float()


def logits_of(config, p, ids):
    x = [p["embedding.weight"][i] if config["embedding"] else F.one_hot(torch.tensor(i), config["vocabulary"]).double() for i in ids]
    x = [row.clone().detach().requires_grad_() for row in x]
    traces, tops, rows = states_of(config, p, x)
    pooled, alpha = pool(config, p, rows, tops)
    return F.linear(pooled, p["output.weight"], p["output.bias"]), x, traces, tops, rows, alpha


def case(golden):
    config, ids = golden["config"], golden["sentences"][0]
    sizes = {name: torch.tensor(value, dtype=torch.float64) for name, value in golden["parameters"].items()}
    p = {name: value.float().double() for name, value in sizes.items()}
    logits, x, traces, tops, rows, alpha = logits_of(config, p, ids)
    compare_with_torch(config, p, x, rows)
    predicted = int(logits.argmax())
    logits[predicted].backward()
    hidden = torch.stack([sum(h.grad.square().sum() for h in together).sqrt() for together in zip(*tops)])
    product = torch.stack([(row.grad * row).sum() for row in x])
    norm = torch.stack([row.grad.norm() if config["embedding"] else (row.grad * row).sum().abs() for row in x])
    left = [logits_of(config, p, ids[:t] + ids[t + 1:])[0][predicted] for t in range(len(ids))]
    return {"name": golden["name"], "ids": ids, "logits": logits.float(), "states": traces,
            "prefix": torch.stack([torch.softmax(logits_of(config, p, ids[:t + 1])[0], 0) for t in range(len(ids))]).float(),
            "hidden_gradient": hidden.float(), "input_gradient": norm.float(), "gradient_x_input": product.float(),
            "leave_one_out": torch.stack([logits[predicted] - z for z in left]).float(), "attention": alpha}


def flow(golden):
    """Means over all sentences of the norm of the gradient of each one's own loss at h_t, by distance from its end and by step."""
    config = golden["config"]
    p = {name: torch.tensor(value, dtype=torch.float64).float().double() for name, value in golden["parameters"].items()}
    norms = []
    for ids, label in zip(golden["sentences"], golden["labels"]):
        logits, _, _, tops, _, _ = logits_of(config, p, ids)
        F.cross_entropy(logits.unsqueeze(0), torch.tensor([label])).backward()
        norms.append([sum(h.grad.square().sum() for h in together).sqrt().item() for together in zip(*tops)])

    def means(rows):
        longest = max(map(len, rows))
        return [sum(row[i] for row in rows if len(row) > i) / sum(len(row) > i for row in rows) for i in range(longest)]

    return {"name": golden["name"], "hidden_norm": means([row[::-1] for row in norms]), "by_step": means(norms)}


def spectra():
    torch.manual_seed(5)
    matrices = {"normal": torch.randn(20, 20) / 20 ** 0.5, "uniform": (torch.rand(33, 33) * 2 - 1) / 33 ** 0.5,
                "triangular": torch.triu(torch.randn(6, 6), 1) * 4 + torch.eye(6) * 0.5 + torch.diag(torch.tensor([0, 0, 0, 0, 0, 0.2])),
                "orthogonal": torch.linalg.qr(torch.randn(17, 17))[0]}
    return [{"name": name, "matrix": m, "norm": torch.linalg.matrix_norm(m.double(), 2).item(),
             "radius": torch.linalg.eigvals(m.double()).abs().max().item()} for name, m in matrices.items()]


def main():
    with open(os.path.join(HERE, "engine.json"), encoding="utf-8") as file:
        cases = json.load(file)["cases"]
    write("inspection.json", {"cases": [case(c) for c in cases if c["name"].endswith(CHOSEN)], 
                              "flows": [flow(c) for c in cases if c["name"] in FLOWS], "spectra": spectra()})


main()
