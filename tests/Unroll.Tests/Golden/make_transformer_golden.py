#!/usr/bin/python3
"""Makes transformer.json beside this file: classifiers over torch.nn.TransformerEncoder (with 1.13).

    apt-get install python3-torch
    python3 tests/Unroll.Tests/Golden/make_transformer_golden.py

Cases have the form of engine.json's: double precision, from parameters that float32 holds exactly; padding is masked, as
src_key_padding_mask does it. "initial" has what PyTorch's modules draw, "training" 30 SGD steps, "attention" the weights of every
head, as torch.nn.MultiheadAttention gives them. The test run needs none of this; the file is committed.
"""
import math

import torch
from torch import nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pad_sequence

from make_engine_golden import LENGTHS, POOLINGS, Attention, single
from make_golden import SENTENCES, write


def config(layers, norm, positions, pooling, vocabulary=7, embedding=8, heads=2, feed_forward=12, classes=3, final_norm=None,
           scale=1):
    return {"cell": "transformer", "vocabulary": vocabulary, "embedding": embedding, "hidden": embedding, "layers": layers,
            "bidirectional": False, "pooling": pooling, "classes": classes, "heads": heads, "feed_forward": feed_forward,
            "positions": positions, "max_positions": 9, "norm": norm,
            "final_norm": norm == "before" if final_norm is None else final_norm, "position_scale": scale}


def name_of(c):
    return f"transformer {c['layers']} layers, norm {c['norm']}, {c['positions']}, {c['pooling']}"


def sinusoids(T, E):
    """The paper's positions, as every tutorial of PyTorch has them, in double precision."""
    p = torch.zeros(T, E, dtype=torch.float64)
    t = torch.arange(T, dtype=torch.float64).unsqueeze(1)
    frequency = torch.exp(torch.arange(0, E, 2, dtype=torch.float64) * (-math.log(10000.0) / E))
    p[:, 0::2] = torch.sin(t * frequency)
    p[:, 1::2] = torch.cos(t * frequency[:E // 2])
    return p


class Classifier(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c, E = c, c["embedding"]
        self.embedding = nn.Embedding(c["vocabulary"], E, padding_idx=0)
        if c["positions"] == "learned":
            self.position = nn.Embedding(c["max_positions"], E)
        layers = [nn.TransformerEncoderLayer(E, c["heads"], c["feed_forward"], dropout=0, norm_first=c["norm"] == "before")
                  for _ in range(c["layers"])]
        self.encoder = nn.TransformerEncoder(layers[0], c["layers"], nn.LayerNorm(E) if c["final_norm"] else None)
        # TransformerEncoder copies its layer; those that were drawn for each place take the copies' places.
        self.encoder.layers = nn.ModuleList(layers)
        if c["pooling"] == "attention":
            self.attention = Attention(E)
        self.output = nn.Linear(E, c["classes"])

    def spread(self):
        """Parameters far from their first values, biases and norms too; four decimals keep the file small."""
        self.double()
        with torch.no_grad():
            for name, p in self.named_parameters():
                if p.dim() == 1:
                    p += torch.randn_like(p) * 0.3
                elif name.startswith(("encoder", "output")):
                    p *= 1.5
                p.copy_((p * 1e4).round().div(1e4).float())
        return self

    def pool(self, h, outside, lengths):
        c, inside = self.c, (~outside).unsqueeze(-1)
        if c["pooling"] == "last":
            return h[torch.tensor(lengths) - 1, torch.arange(len(lengths))]
        if c["pooling"] == "mean":
            return (h * inside).sum(0) / torch.tensor(lengths).unsqueeze(1)
        if c["pooling"] == "max":
            return h.masked_fill(~inside, -torch.inf).max(0).values
        return self.attention(h, outside)

    def words(self, sentences):
        lengths = [len(s) for s in sentences]
        x = self.embedding(pad_sequence([torch.tensor(s) for s in sentences]))
        T, E = max(lengths), self.c["embedding"]
        p = self.position.weight[:T] if self.c["positions"] == "learned" else self.c["position_scale"] * sinusoids(T, E).to(x.dtype)
        outside = torch.arange(T).unsqueeze(1) >= torch.tensor(lengths)
        return x + p.unsqueeze(1), outside, lengths

    def forward(self, sentences):
        x, outside, lengths = self.words(sentences)
        h = self.encoder(x, src_key_padding_mask=outside.T)
        return self.output(self.pool(h, outside, lengths))


def case(c):
    net = Classifier(c).spread()
    sentences = [torch.randint(1, c["vocabulary"], (n,)).tolist() for n in LENGTHS]
    labels = torch.randint(0, c["classes"], (len(LENGTHS),))
    logits = net(sentences)
    loss = F.cross_entropy(logits, labels)
    loss.backward()
    parameters = dict(net.named_parameters())
    return {"name": name_of(c), "config": c, "class_weights": None, "label_smoothing": 0.0, "sentences": sentences,
            "labels": labels, "parameters": single(parameters), "logits": logits.float(), "loss": loss.float(),
            "gradients": single({n: p.grad for n, p in parameters.items()})}


def cases():
    torch.manual_seed(1706)
    out = [case(config(1, norm, positions, pooling)) for norm in ("before", "after")
           for positions, pooling in zip(("sinusoidal", "learned", "sinusoidal", "learned"), POOLINGS)]
    out += [case(config(2, "before", "sinusoidal", "max")), case(config(3, "after", "learned", "mean"))]
    out.append(case(config(2, "before", "learned", "mean", final_norm=False)))
    out.append(case(config(2, "after", "sinusoidal", "max", final_norm=True)))
    out.append(case(config(1, "before", "sinusoidal", "max", embedding=9, heads=3, feed_forward=40, scale=0.25)))
    return out


def attention():
    """One sentence: of each layer and head [T,T]."""
    torch.manual_seed(3762)
    c = config(2, "before", "learned", "max", heads=4)
    net = Classifier(c).spread()
    sentence = torch.randint(1, c["vocabulary"], (6,)).tolist()
    x, _, _ = net.words([sentence])
    weights = []
    for layer in net.encoder.layers:
        n = layer.norm1(x)
        weights.append(layer.self_attn(n, n, n, average_attn_weights=False)[1][0].float())
        x = layer(x)
    return {"config": c, "sentences": [sentence], "labels": [0], "parameters": single(dict(net.named_parameters())),
            "weights": weights}


def initial():
    torch.manual_seed(42)
    c = config(2, "before", "learned", "attention")
    E = c["embedding"]
    parts = {"embedding": nn.Embedding(c["vocabulary"], E, padding_idx=0), "position": nn.Embedding(c["max_positions"], E)}
    for i in range(c["layers"]):
        parts[f"encoder.layers.{i}"] = nn.TransformerEncoderLayer(E, c["heads"], c["feed_forward"])
    parts["encoder.norm"] = nn.LayerNorm(E)
    parts["output"] = nn.Linear(E, c["classes"])
    parameters = {f"{name}.{n}": p for name, part in parts.items() for n, p in part.named_parameters()}
    return {"config": {**c, "pooling": "max"}, "parameters": single(parameters)}


def training():
    """30 SGD steps on mixed lengths: batches of four and three in turn."""
    torch.manual_seed(3)
    c = config(2, "before", "sinusoidal", "max", vocabulary=10)
    net = Classifier(c).double()
    with torch.no_grad():
        for p in net.parameters():
            p.copy_((p * 1e4).round().div(1e4).float())
    start = single(dict(net.named_parameters()))
    optimizer, losses = torch.optim.SGD(net.parameters(), lr=0.1), []
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
    write("transformer.json", {"cases": cases(), "attention": attention(), "initial": initial(), "training": training()})
