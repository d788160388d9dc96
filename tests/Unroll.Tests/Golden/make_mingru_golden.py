#!/usr/bin/python3
"""Makes mingru.json beside this file: minGRU (Feng et al., 2024) written in PyTorch's tensor operations (with 1.13).

    apt-get install python3-torch
    python3 tests/Unroll.Tests/Golden/make_mingru_golden.py

torch.nn has no such module, so the equations stand here once more, one sentence and one word at a time, and autograd makes the
gradients. Cases have the form of engine.json's: double precision, from parameters that float32 holds exactly. The test run needs
none of this; the file is committed.
"""
import torch
from torch import nn
import torch.nn.functional as F

from make_engine_golden import LENGTHS, POOLINGS, Attention, config, name_of, single
from make_golden import SENTENCES, write


class MinGru(nn.Module):
    """z = σ(W_z x + b_z), h = (1-z) h' + z (V x + b_v); rows of weight_ih are z, then the candidate."""

    def __init__(self, I, H, layers, bidirectional):
        super().__init__()
        self.H, self.layers, self.suffixes = H, layers, ("", "_reverse") if bidirectional else ("",)
        for layer in range(layers):
            width = I if layer == 0 else H * len(self.suffixes)
            for suffix in self.suffixes:
                self.register_parameter(f"weight_ih_l{layer}{suffix}", nn.Parameter(torch.randn(2 * H, width) * 0.7))
                self.register_parameter(f"bias_ih_l{layer}{suffix}", nn.Parameter(torch.randn(2 * H) * 0.7))

    def forward(self, x, state=None):
        """x [T,I] of one sentence → h [T,H·D], and of each layer the last states. state: of each layer, one direction, h_0."""
        last = []
        for layer in range(self.layers):
            sides = []
            for suffix in self.suffixes:
                weight, bias = getattr(self, f"weight_ih_l{layer}{suffix}"), getattr(self, f"bias_ih_l{layer}{suffix}")
                h, states = torch.zeros(self.H, dtype=x.dtype) if state is None else state[layer], []
                for word in x.flip(0) if suffix else x:
                    z, candidate = F.linear(word, weight, bias).chunk(2)
                    z = torch.sigmoid(z)
                    h = (1 - z) * h + z * candidate
                    states.append(h)
                last.append(h)
                states = torch.stack(states)
                sides.append(states.flip(0) if suffix else states)
            x = torch.cat(sides, 1)
        self.states = last
        return x, last


class Classifier(nn.Module):
    def __init__(self, c, rnn=MinGru):
        super().__init__()
        self.c, A = c, c["hidden"] * (2 if c["bidirectional"] else 1)
        if c["embedding"]:
            self.embedding = nn.Embedding(c["vocabulary"], c["embedding"], padding_idx=0)
        self.rnn = rnn(c["embedding"] or c["vocabulary"], c["hidden"], c["layers"], c["bidirectional"])
        if c["pooling"] == "attention":
            self.attention = Attention(A)
        self.output = nn.Linear(A, c["classes"])
        self.double()
        with torch.no_grad():
            for p in self.parameters():
                p.copy_((p * 1e4).round().div(1e4).float())

    def words(self, sentence):
        ids = torch.tensor(sentence)
        return self.embedding(ids) if self.c["embedding"] else F.one_hot(ids, self.c["vocabulary"]).double()

    def pool(self, h, last):
        if self.c["pooling"] == "last":
            return torch.cat(last[-2:]) if self.c["bidirectional"] else last[-1]
        if self.c["pooling"] == "mean":
            return h.mean(0)
        if self.c["pooling"] == "max":
            return h.max(0).values
        return self.attention(h, torch.zeros(len(h), dtype=torch.bool))

    def forward(self, sentences):
        return self.output(torch.stack([self.pool(*self.rnn(self.words(s))) for s in sentences]))


def case(c, extra="", rnn=MinGru):
    net = Classifier(c, rnn)
    sentences = [torch.randint(1, c["vocabulary"], (n,)).tolist() for n in LENGTHS]
    labels = torch.randint(0, c["classes"], (len(LENGTHS),))
    logits = net(sentences)
    loss = F.cross_entropy(logits, labels)
    loss.backward()
    parameters = dict(net.named_parameters())
    return {"name": name_of(c) + extra, "config": c, "class_weights": None, "label_smoothing": 0.0, "sentences": sentences,
            "labels": labels, "parameters": single(parameters), "logits": logits.float(), "loss": loss.float(),
            "gradients": single({n: p.grad for n, p in parameters.items()})}


def cases(cell="mingru", rnn=MinGru):
    torch.manual_seed(2410)
    out = [case(config(cell, bidirectional, layers, pooling), rnn=rnn)
           for bidirectional in (False, True) for layers in (1, 2) for pooling in POOLINGS]
    out.append(case(config(cell, False, 1, "last", embedding=0), " one-hot", rnn))
    out.append(case(config(cell, True, 2, "mean", embedding=0), " one-hot", rnn))
    return out


def truncated(cell="mingru", rnn=MinGru):
    """Gradients through the last three words only; the words before set the state they begin with."""
    torch.manual_seed(1201)
    c = config(cell, False, 2, "last")
    net = Classifier(c, rnn)
    sentences = [torch.randint(1, c["vocabulary"], (n,)).tolist() for n in LENGTHS]
    labels = torch.randint(0, c["classes"], (len(LENGTHS),))
    tops = []
    for s in sentences:
        state = None
        if len(s) > 3:
            with torch.no_grad():
                net.rnn(net.words(s[:-3]))
                state = net.rnn.states
        tops.append(net.rnn(net.words(s[-3:]), state)[1][-1])
    loss = F.cross_entropy(net.output(torch.stack(tops)), labels)
    loss.backward()
    parameters = dict(net.named_parameters())
    return [{"name": name_of(c), "config": c, "steps": 3, "sentences": sentences, "labels": labels,
             "parameters": single(parameters), "loss": loss.float(), "gradients": single({n: p.grad for n, p in parameters.items()})}]


def training(cell="mingru", rnn=MinGru, rate=0.1):
    """30 SGD steps on mixed lengths: batches of four and three in turn."""
    torch.manual_seed(3)
    c = config(cell, False, 1, "last", vocabulary=10, embedding=6, hidden=8)
    net = Classifier(c, rnn)
    start = single(dict(net.named_parameters()))
    optimizer, losses = torch.optim.SGD(net.parameters(), lr=rate), []
    for step in range(30):
        rows = SENTENCES[:4] if step % 2 == 0 else SENTENCES[4:]
        optimizer.zero_grad()
        loss = F.cross_entropy(net([s for s, _ in rows]), torch.tensor([y for _, y in rows]))
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return {"config": c, "sentences": [s for s, _ in SENTENCES], "labels": [y for _, y in SENTENCES], "start": start,
            "losses": torch.stack(losses).float(), "final": single(dict(net.named_parameters()))}


if __name__ == "__main__":
    torch.set_num_threads(1)
    write("mingru.json", {"cases": cases(), "truncated": truncated(), "training": training()})
