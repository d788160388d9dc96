#!/usr/bin/python3
"""Makes engine.json beside this file: what PyTorch's recurrent classifiers compute (written with 1.13).

    apt-get install python3-torch
    python3 tests/Unroll.Tests/Golden/make_engine_golden.py

Cases and optimizers are computed in double precision from parameters that float32 holds exactly, and written as float32:
what differs in a test is the tested program's rounding, not PyTorch's. One bias is trained, as Unroll does: bias_hh is zero
and frozen, except the last third of a GRU's (b_hn), which stands inside r ⊙ (W_hn h + b_hn) and cannot be added to bias_ih.
The test run needs none of this; the file is committed.
"""
import torch
from torch import nn
import torch.nn.functional as F
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from torch.optim import SGD, Adam, AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR, StepLR

from make_golden import write

CELLS = {"rnn": (nn.RNN, {}), "rnn_relu": (nn.RNN, {"nonlinearity": "relu"}), "gru": (nn.GRU, {}), "lstm": (nn.LSTM, {})}
POOLINGS = ("last", "mean", "max", "attention")
LENGTHS = (7, 1, 4, 4, 2, 6)


class Attention(nn.Module):
    """score_t = query · tanh(W h_t + b), softmax over a sentence's own words."""

    def __init__(self, A):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(A, A) * 0.5)
        self.bias = nn.Parameter(torch.randn(A) * 0.5)
        self.query = nn.Parameter(torch.randn(A))

    def forward(self, h, outside):
        score = torch.tanh(F.linear(h, self.weight, self.bias)) @ self.query
        alpha = torch.softmax(score.masked_fill(outside, -torch.inf), 0)
        return (alpha.unsqueeze(-1) * h).sum(0)


class Classifier(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c, H, A = c, c["hidden"], c["hidden"] * (2 if c["bidirectional"] else 1)
        make, options = CELLS[c["cell"]]
        if c["embedding"]:
            self.embedding = nn.Embedding(c["vocabulary"], c["embedding"], padding_idx=0)
        self.rnn = make(c["embedding"] or c["vocabulary"], H, c["layers"], bidirectional=c["bidirectional"], **options)
        if c["pooling"] == "attention":
            self.attention = Attention(A)
        self.output = nn.Linear(A, c["classes"])
        self.double()
        with torch.no_grad():
            # Larger than usual, or the gradients of deep layers are too small to be told from zero; relu would explode.
            # Four decimals keep the file small.
            for p in (*self.rnn.parameters(), *self.output.parameters()):
                p *= 1.5 if c["cell"] == "rnn_relu" else 3
            for p in self.parameters():
                p.copy_((p * 1e4).round().div(1e4).float())
        for name, p in self.rnn.named_parameters():
            if name.startswith("bias_hh"):
                used = torch.zeros_like(p)
                if c["cell"] == "gru":
                    used[2 * H:] = 1
                    p.register_hook(lambda g, used=used: torch.where(used > 0, g, 0.0))
                else:
                    p.requires_grad_(False)
                with torch.no_grad():
                    p[used == 0] = 0

    def trained(self):
        return {n: p for n, p in self.named_parameters() if p.requires_grad}

    def forward(self, sentences):
        c, lengths = self.c, [len(s) for s in sentences]
        ids = pad_sequence([torch.tensor(s) for s in sentences])
        x = self.embedding(ids) if c["embedding"] else F.one_hot(ids, c["vocabulary"]).double()
        packed, last = self.rnn(pack_padded_sequence(x, lengths, enforce_sorted=False))
        h = pad_packed_sequence(packed)[0]
        n = torch.tensor(lengths)
        outside = torch.arange(max(lengths)).unsqueeze(1) >= n
        if c["pooling"] == "last":
            last = last[0] if c["cell"] == "lstm" else last
            pooled = torch.cat([last[-2], last[-1]], 1) if c["bidirectional"] else last[-1]
        elif c["pooling"] == "mean":
            pooled = h.sum(0) / n.unsqueeze(1)
        elif c["pooling"] == "max":
            pooled = h.masked_fill(outside.unsqueeze(-1), -torch.inf).max(0).values
        else:
            pooled = self.attention(h, outside)
        return self.output(pooled)


def config(cell, bidirectional, layers, pooling, vocabulary=9, embedding=4, hidden=5):
    return {"cell": cell, "vocabulary": vocabulary, "embedding": embedding, "hidden": hidden, "layers": layers,
            "bidirectional": bidirectional, "pooling": pooling, "classes": 3}


def name_of(c):
    return f"{c['cell']} {'bi' if c['bidirectional'] else 'uni'} {c['layers']} {c['pooling']}"


def single(tensors):
    return {n: t.detach().float().clone() for n, t in tensors.items()}


def case(c, extra="", weights=None, smoothing=0.0):
    net = Classifier(c)
    sentences = [torch.randint(1, c["vocabulary"], (n,)).tolist() for n in LENGTHS]
    labels = torch.randint(0, c["classes"], (len(LENGTHS),))
    w = None if weights is None else torch.tensor(weights).double()
    logits = net(sentences)
    loss = F.cross_entropy(logits, labels, weight=w, label_smoothing=smoothing)
    loss.backward()
    return {"name": name_of(c) + extra, "config": c, "class_weights": weights, "label_smoothing": smoothing,
            "sentences": sentences, "labels": labels, "parameters": single(net.trained()), "logits": logits.float(),
            "loss": loss.float(), "gradients": single({n: p.grad for n, p in net.trained().items()})}


def cases():
    torch.manual_seed(2025)
    out = [case(config(cell, bidirectional, layers, pooling))
           for cell in CELLS for bidirectional in (False, True) for layers in (1, 2) for pooling in POOLINGS]
    for cell, bidirectional, layers, pooling in (("rnn", False, 1, "last"), ("gru", True, 1, "max"), ("lstm", True, 2, "mean")):
        out.append(case(config(cell, bidirectional, layers, pooling, embedding=0), " one-hot"))
    few = config("gru", True, 1, "mean")
    out.append(case(few, " weights", [0.5, 2.0, 1.25]))
    out.append(case(few, " smoothing", None, 0.1))
    out.append(case(few, " weights smoothing", [0.5, 2.0, 1.25], 0.1))
    out.append(case(config("lstm", True, 3, "last")))
    return out


def truncated():
    """Gradients through the last three words only; the words before set the state they begin with."""
    torch.manual_seed(77)
    out = []
    for cell in CELLS:
        c = config(cell, False, 2, "last")
        net = Classifier(c)
        sentences = [torch.randint(1, c["vocabulary"], (n,)).tolist() for n in LENGTHS]
        labels = torch.randint(0, c["classes"], (len(LENGTHS),))
        tops = []
        for s in sentences:
            state = None
            if len(s) > 3:
                with torch.no_grad():
                    state = net.rnn(net.embedding(torch.tensor(s[:-3])).unsqueeze(1))[1]
            tops.append(net.rnn(net.embedding(torch.tensor(s[-3:])).unsqueeze(1), state)[0][-1, 0])
        logits = net.output(torch.stack(tops))
        loss = F.cross_entropy(logits, labels)
        loss.backward()
        out.append({"name": name_of(c), "config": c, "steps": 3, "sentences": sentences, "labels": labels,
                    "parameters": single(net.trained()), "loss": loss.float(),
                    "gradients": single({n: p.grad for n, p in net.trained().items()})})
    return out


RUNS = {
    "sgd": (SGD, {"lr": 0.1}),
    "sgd weight decay": (SGD, {"lr": 0.1, "weight_decay": 0.01}),
    "momentum": (SGD, {"lr": 0.1, "momentum": 0.9}),
    "nesterov": (SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    "adam": (Adam, {"lr": 0.01}),
    "adam weight decay": (Adam, {"lr": 0.01, "weight_decay": 0.01}),
    "adamw": (AdamW, {"lr": 0.01, "weight_decay": 0.01}),
    "sgd clip norm": (SGD, {"lr": 0.1}),
    "sgd clip value": (SGD, {"lr": 0.1}),
}


def optimizers():
    """Five full-batch steps. Every word but padding occurs in the batch: dense and sparse updates of the table agree."""
    c = config("lstm", False, 1, "last", vocabulary=5, embedding=3, hidden=4)
    sentences, labels = [[1, 2, 3, 4], [4, 3, 2, 1, 1], [2, 4, 1, 3], [3, 1, 4, 2, 2, 3]], [0, 2, 1, 1]
    runs = []
    for name, (make, options) in RUNS.items():
        torch.manual_seed(8)
        net = Classifier(c)
        start, params, losses, norms = single(net.trained()), list(net.trained().values()), [], []
        optimizer = make(params, **options)
        for _ in range(5):
            optimizer.zero_grad()
            loss = F.cross_entropy(net(sentences), torch.tensor(labels))
            loss.backward()
            norms.append(torch.stack([p.grad.norm() for p in params]).norm())
            if name == "sgd clip norm":
                assert clip_grad_norm_(params, 0.1) > 0.1
            if name == "sgd clip value":
                assert max(p.grad.abs().max() for p in params) > 0.01
                clip_grad_value_(params, 0.01)
            optimizer.step()
            losses.append(loss.detach())
        assert not net.embedding.weight[0].any()
        runs.append({"name": name, "clip_norm": 0.1 if name == "sgd clip norm" else None,
                     "clip_value": 0.01 if name == "sgd clip value" else None, "options": options,
                     "losses": torch.stack(losses).float(), "gradient_norms": torch.stack(norms).detach().float(),
                     "parameters": single(net.trained())})
    return {"config": c, "sentences": sentences, "labels": labels, "start": start, "runs": runs}


def schedules():
    """The rate of each of 20 steps, in double precision; base rate 1."""
    def rates(make):
        optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        scheduler, out = make(optimizer), []
        for _ in range(20):
            out.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        return out
    return {"step": rates(lambda o: StepLR(o, 5, 0.5)), "cosine": rates(lambda o: CosineAnnealingLR(o, 20)),
            "one_cycle": rates(lambda o: OneCycleLR(o, 1.0, total_steps=20, cycle_momentum=False))}


def initial():
    """What torch's own modules start from, seed 42; their two biases added up where one is trained."""
    out = {}
    for cell in ("rnn", "gru", "lstm"):
        torch.manual_seed(42)
        embedding = nn.Embedding(9, 4, padding_idx=0)
        rnn = CELLS[cell][0](4, 5, num_layers=2, bidirectional=True)
        output = nn.Linear(10, 3)
        tensors = {"embedding.weight": embedding.weight}
        for name, p in rnn.named_parameters():
            if name.startswith("weight"):
                tensors["rnn." + name] = p
            elif name.startswith("bias_ih"):
                second = getattr(rnn, name.replace("ih", "hh"))
                alone = torch.arange(len(p)) >= (10 if cell == "gru" else len(p))
                tensors["rnn." + name] = torch.where(alone, p, p + second)
                if cell == "gru":
                    tensors["rnn." + name.replace("ih", "hh")] = torch.where(alone, second, torch.tensor(0.0))
        tensors["output.weight"], tensors["output.bias"] = output.weight, output.bias
        out[cell] = single(tensors)
    return out


if __name__ == "__main__":
    torch.set_num_threads(1)
    write("engine.json", {"cases": cases(), "optimizers": optimizers(), "schedules": schedules(), "initial": initial(),
                          "truncated": truncated()})
