#!/usr/bin/python3
"""Makes a file beside this one for each cell below: its equations in PyTorch's tensor operations (with 1.13).

    apt-get install python3-torch
    python3 tests/Unroll.Tests/Golden/make_cells_golden.py [CELL ...]

torch.nn has no such modules, so each cell is stated here once more, one sentence and one word at a time, in double precision, and
autograd makes the gradients. Cases have the form of engine.json's, from parameters that float32 holds exactly. The test run needs
none of this; the files are committed.
"""
import sys

import torch
from torch import nn
import torch.nn.functional as F

from make_golden import write
from make_mingru_golden import cases, training, truncated


class Layers(nn.Module):
    """Layers and directions around a cell, which says its tensors and one step."""

    def __init__(self, I, H, layers, bidirectional):
        super().__init__()
        self.H, self.layers, self.suffixes = H, layers, ("", "_reverse") if bidirectional else ("",)
        for layer in range(layers):
            width = I if layer == 0 else H * len(self.suffixes)
            for suffix in self.suffixes:
                for name, shape in self.tensors(width, H).items():
                    self.register_parameter(f"{name}_l{layer}{suffix}", nn.Parameter(torch.randn(*shape) * 0.7))

    def forward(self, x, state=None):
        """x [T,I] of one sentence → h [T,H·D], and of each layer the last h. state: of each layer, one direction, its state."""
        last, self.states = [], []
        for layer in range(self.layers):
            sides = []
            for suffix in self.suffixes:
                p = {name: getattr(self, f"{name}_l{layer}{suffix}") for name in self.tensors(x.shape[1], self.H)}
                s, states = None if state is None else state[layer], []
                if s is None:
                    s = self.start(self.H, x.dtype)
                for word in x.flip(0) if suffix else x:
                    s = self.step(p, word, *s)
                    states.append(s[0])
                last.append(s[0])
                self.states.append(s)
                states = torch.stack(states)
                sides.append(states.flip(0) if suffix else states)
            x = torch.cat(sides, 1)
        return x, last

    def start(self, H, dtype):
        """The state before the first word, h first."""
        return tuple(torch.zeros(H, dtype=dtype) for _ in range(2))


class MinLstm(Layers):
    """Feng et al., 2024. f, i = σ(…), both divided by f + i; h = f h' + i g(V x), g(a) = a + 1/2 or, below 0, σ(a)."""

    def tensors(self, I, H):
        return {"weight_ih": (3 * H, I), "bias_ih": (3 * H,)}

    def start(self, H, dtype):
        return (torch.zeros(H, dtype=dtype),)

    def step(self, p, x, h):
        f, i, a = F.linear(x, p["weight_ih"], p["bias_ih"]).chunk(3)
        f, i = torch.sigmoid(f), torch.sigmoid(i)
        g = torch.where(a >= 0, a + 0.5, torch.sigmoid(a))
        return (f / (f + i) * h + i / (f + i) * g,)


class Sru(Layers):
    """Lei et al., 2018. A fourth block of the weight makes the highway's input where x is not as wide as h."""

    def tensors(self, I, H):
        return {"weight_ih": ((3 if I == H else 4) * H, I), "weight_c": (2 * H,), "bias_ih": (2 * H,)}

    def step(self, p, x, h, c):
        H = len(c)
        parts = F.linear(x, p["weight_ih"]).split(H)
        f = torch.sigmoid(parts[0] + p["weight_c"][:H] * c + p["bias_ih"][:H])
        r = torch.sigmoid(parts[1] + p["weight_c"][H:] * c + p["bias_ih"][H:])
        highway = parts[3] if len(parts) == 4 else x
        c = f * c + (1 - f) * parts[2]
        return r * c + (1 - r) * highway, c


class Peephole(Layers):
    """Gers and Schmidhuber, 2000: i and f read c', o reads c. Rows i, f, g, o; weight_ph i, f, o."""

    def tensors(self, I, H):
        return {"weight_ih": (4 * H, I), "weight_hh": (4 * H, H), "weight_ph": (3 * H,), "bias_ih": (4 * H,)}

    def step(self, p, x, h, c):
        i, f, g, o = (F.linear(x, p["weight_ih"], p["bias_ih"]) + F.linear(h, p["weight_hh"])).chunk(4)
        v_i, v_f, v_o = p["weight_ph"].chunk(3)
        c = torch.sigmoid(f + v_f * c) * c + torch.sigmoid(i + v_i * c) * torch.tanh(g)
        return torch.sigmoid(o + v_o * c) * torch.tanh(c), c


class Coupled(Layers):
    """Greff et al., 2015 (CIFG): i = 1 - f. Rows f, g, o."""

    def tensors(self, I, H):
        return {"weight_ih": (3 * H, I), "weight_hh": (3 * H, H), "bias_ih": (3 * H,)}

    def step(self, p, x, h, c):
        f, g, o = (F.linear(x, p["weight_ih"], p["bias_ih"]) + F.linear(h, p["weight_hh"])).chunk(3)
        f = torch.sigmoid(f)
        c = f * c + (1 - f) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


class Janet(Layers):
    """van der Westhuizen and Lasenby, 2018, with their β = 1: h = σ(s) h' + (1 - σ(s - β)) tanh(g). Rows s, g."""

    def tensors(self, I, H):
        return {"weight_ih": (2 * H, I), "weight_hh": (2 * H, H), "bias_ih": (2 * H,)}

    def start(self, H, dtype):
        return (torch.zeros(H, dtype=dtype),)

    def step(self, p, x, h):
        s, g = (F.linear(x, p["weight_ih"], p["bias_ih"]) + F.linear(h, p["weight_hh"])).chunk(2)
        return (torch.sigmoid(s) * h + (1 - torch.sigmoid(s - 1)) * torch.tanh(g),)


class SLstm(Layers):
    """Beck et al., 2024: i = exp, f = σ, a running maximum m and a normaliser n. Rows i, f, z, o; one head."""

    def tensors(self, I, H):
        return {"weight_ih": (4 * H, I), "weight_hh": (4 * H, H), "bias_ih": (4 * H,)}

    def start(self, H, dtype):
        return tuple(torch.zeros(H, dtype=dtype) for _ in range(4))

    def step(self, p, x, h, c, n, m):
        i, f, z, o = (F.linear(x, p["weight_ih"], p["bias_ih"]) + F.linear(h, p["weight_hh"])).chunk(4)
        f = F.logsigmoid(f) + m
        m = i if (n == 0).all() else torch.maximum(f, i)
        i, f = torch.exp(i - m), torch.exp(f - m)
        c, n = f * c + i * torch.tanh(z), f * n + i
        return torch.sigmoid(o) * c / n, c, n, m


class DeltaNet(Layers):
    """Yang et al., 2024; Grazzi et al., 2024: S = S'(I - β k kᵀ) + β v kᵀ, a β for each unit, h = S q. Rows q, k, v, β; one head."""

    most = 2

    def tensors(self, I, H):
        return {"weight_ih": (4 * H, I), "bias_ih": (4 * H,)}

    def start(self, H, dtype):
        return torch.zeros(H, dtype=dtype), torch.zeros(H, H, dtype=dtype)

    def step(self, p, x, h, S):
        q, k, v, beta = F.linear(x, p["weight_ih"], p["bias_ih"]).chunk(4)
        q, k = (a / torch.sqrt((a * a).sum() + 1e-6) for a in (q, k))
        beta = self.most * torch.sigmoid(beta)
        S = S - torch.outer(beta * (S @ k), k) + torch.outer(beta * v, k)
        return S @ q, S


class DeltaNet1(DeltaNet):
    """The same with β up to 1."""

    most = 1


CELLS = {"minlstm": MinLstm, "sru": Sru, "peephole": Peephole, "coupled": Coupled, "janet": Janet, "slstm": SLstm,
         "deltanet": DeltaNet, "deltanet1": DeltaNet1}

# Thirty steps show that a cell learns.
RATE = 0.5

if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in sys.argv[1:] or CELLS:
        cell = CELLS[name]
        write(f"{name}.json", {"cases": cases(name, cell), "truncated": truncated(name, cell),
                               "training": {**training(name, cell, RATE), "rate": RATE}})
