#!/usr/bin/env python3
"""How long a step over ranks takes: a simulation.

  bench/ranks.py table                               speed-up over ranks, networks and sizes of model
  bench/ranks.py check ALONE HERE MBIT MEASURED      an epoch of bench/ranks.sh network, predicted beside what was measured

A step of one rank takes `compute`, of which the share OWN is every rank's own (its parameters' update, the sums of word vectors,
packing); the rest is dealt to min(R, shards). Of R ranks each sends 2 (R - 1) / R of the gradients that are no tables, and
(R - 1) / R of the gradients at all words of the batch, in 5 log2 R rounds.
"""
import math
import sys

OWN = 0.04
ROUND = 60e-6         # seconds of a round beside its bytes: TCP between two machines of one room
SHARE = 0.6           # of a link's rate, what ranks get that swap large messages by Open MPI over TCP: fitted at 1,000 Mbit/s
BURST = 64e3          # bytes that tbf lets pass at once

def sent(ranks, dense, tokens, width):
    return 4 * (ranks - 1) / ranks * (2 * dense + tokens * width)

def dense_of(embedding, hidden):
    # A GRU of both directions and its output.
    return 2 * (3 * hidden * (embedding + hidden) + 4 * hidden) + 2 * (2 * hidden + 1)

def shards_of(rows):
    fewest = 1 if rows < 8 else max(2, math.ceil(rows / 16))
    return min(16, 1 << (fewest - 1).bit_length())

def step(compute, ranks, mbit, dense, tokens, width, shards, latency=ROUND):
    if ranks == 1:
        return compute
    exchange = sent(ranks, dense, tokens, width) * 8 / (SHARE * mbit * 1e6) + 5 * math.log2(ranks) * latency
    return compute * (1 - OWN) / min(ranks, shards) + compute * OWN + exchange

def check(alone, here, mbit, measured):
    steps, tokens = 62, 7840 / 62 * 20
    exchange = max(0, sent(2, dense_of(200, 128), tokens, 200) - BURST) * 8 / (SHARE * mbit * 1e6) + 5 * ROUND
    predicted = here + steps * exchange
    print(f"{mbit:6.0f} Mbit/s: {measured:6.2f} s measured, {predicted:6.2f} s predicted "
          f"({100 * (measured / predicted - 1):+.0f} %), {alone / measured:.2f} times one thread")

def table():
    # Seconds of a step of 128 rows of 20 tokens on one core, E=200, H=128: bench/ranks.sh speed. Products make nearly all of it.
    measured = 0.047
    print("| network | model | batch | " + " | ".join(f"{r}" for r in (2, 4, 8, 16, 64)) + " |")
    print("|---|---|---|" + "---|" * 5)
    for mbit, name in ((1000, "1 Gbit/s"), (10000, "10 Gbit/s"), (100000, "100 Gbit/s")):
        for embedding, hidden, rows in ((200, 128, 32), (200, 128, 256), (300, 512, 256), (300, 1024, 256), (300, 1024, 2048)):
            dense, tokens = dense_of(embedding, hidden), rows * 20
            compute = measured * (dense * tokens) / (dense_of(200, 128) * 2560)
            line = [compute / step(compute, r, mbit, dense, tokens, embedding, shards_of(rows)) for r in (2, 4, 8, 16, 64)]
            print(f"| {name} | E {embedding}, H {hidden} | {rows} | " + " | ".join(f"{x:.1f}" for x in line) + " |")

if __name__ == "__main__":
    if sys.argv[1:2] == ["check"] and len(sys.argv) == 6:
        check(*map(float, sys.argv[2:]))
    elif sys.argv[1:] == ["table"]:
        table()
    else:
        sys.exit(__doc__)
