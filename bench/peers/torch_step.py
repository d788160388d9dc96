#!/usr/bin/python3
"""Times one training step of a sentence classifier in PyTorch: embedding, recurrent layer, last state, linear, cross-entropy, SGD.

    apt-get install python3-torch libopenblas0-pthread
    OMP_NUM_THREADS=2 OPENBLAS_NUM_THREADS=2 torch_step.py lstm 64 50 128 256        cell batch time input hidden

Prints one JSON line: the median milliseconds of a step and the GFLOP/s of its recurrent layer (forward and backward).
"""
import json, os, sys, time
import torch
from torch import nn

cell, B, T, I, H = sys.argv[1], *map(int, sys.argv[2:6])
seconds = float(sys.argv[6]) if len(sys.argv) > 6 else 1.5
threads = int(os.environ.get("OMP_NUM_THREADS", "0"))
if threads:
    torch.set_num_threads(threads)
torch.manual_seed(1)
embedding, rnn, out = nn.Embedding(1000, I), dict(rnn=nn.RNN, gru=nn.GRU, lstm=nn.LSTM)[cell](I, H), nn.Linear(H, 2)
parameters = [p for m in (embedding, rnn, out) for p in m.parameters()]
optimizer, loss_of = torch.optim.SGD(parameters, lr=0.01), nn.CrossEntropyLoss()
ids, labels = torch.randint(0, 1000, (T, B)), torch.randint(0, 2, (B,))


def step():
    optimizer.zero_grad(set_to_none=True)
    loss_of(out(rnn(embedding(ids))[0][-1]), labels).backward()
    optimizer.step()


for _ in range(3):
    step()
times, start = [], time.perf_counter()
while time.perf_counter() - start < seconds or len(times) < 5:
    a = time.perf_counter()
    step()
    times.append(time.perf_counter() - a)
t = sorted(times)[len(times) // 2]
g = dict(rnn=1, gru=3, lstm=4)[cell]
print(json.dumps(dict(peer="PyTorch " + torch.__version__, cell=cell, batch=B, time=T, input=I, hidden=H, threads=str(threads or "default"),
                      step_ms=round(t * 1e3, 3), step_gflops=round(3 * 2 * B * T * g * H * (I + H) / t / 1e9, 1))))
