#!/usr/bin/env python3
"""How long a step over ranks takes: a simulation.

  bench/ranks.py table                               speed-up over ranks, networks and sizes of model
  bench/ranks.py picture FILE                        the same to 64 ranks as an SVG, measured points beside
  bench/ranks.py check ALONE HERE MBIT MEASURED      an epoch of bench/ranks.sh network, predicted beside what was measured

A step of one rank takes `compute`, of which the share OWN is every rank's own (its parameters' update, the sums of word vectors,
packing); the rest is dealt to min(R, shards). Of R ranks each sends 2 (R - 1) / R of the gradients that are no tables, and
(R - 1) / R of the gradients at all words of the batch, in 5 log2 R rounds.
"""
import math
import sys

# Seconds of a step of 128 rows of 20 tokens on one core, E 200, H 128, adversarial as by default: 62 of them make the 5.64 s of
# bench/ranks.sh network. Products make nearly all of it.
STEP = 0.091
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
    print("| network | model | batch | " + " | ".join(f"{r}" for r in (2, 4, 8, 16, 64)) + " |")
    print("|---|---|---|" + "---|" * 5)
    for mbit, name in ((1000, "1 Gbit/s"), (10000, "10 Gbit/s"), (100000, "100 Gbit/s")):
        for embedding, hidden, rows in ((200, 128, 32), (200, 128, 256), (300, 512, 256), (300, 1024, 256), (300, 1024, 2048)):
            dense, tokens = dense_of(embedding, hidden), rows * 20
            compute = STEP * (dense * tokens) / (dense_of(200, 128) * 2560)
            line = [compute / step(compute, r, mbit, dense, tokens, embedding, shards_of(rows)) for r in (2, 4, 8, 16, 64)]
            print(f"| {name} | E {embedding}, H {hidden} | {rows} | " + " | ".join(f"{x:.1f}" for x in line) + " |")

# Times one thread, of two ranks at 128 rows: bench/ranks.sh speed 2 and bench/ranks.sh network 1000 300 100.
MEASURED = {math.inf: 1.82, 1000: 1.31, 300: 0.78, 100: 0.32}

def picture():
    width, height, left, right, top, bottom = 620, 380, 52, 190, 44, 46
    ranks, low, high = [1, 2, 4, 8, 16, 32, 64], -4, 4
    x = lambda r: left + (width - left - right) * math.log2(r) / 6
    y = lambda speed: top + (height - top - bottom) * (high - max(low, math.log2(speed))) / (high - low)
    lines = [
        (math.inf, 200, 128, 128, "no network (one machine)", "#0072b2"), (10000, 200, 128, 128, "10 Gbit/s", "#009e73"),
        (1000, 200, 128, 128, "1 Gbit/s", "#d55e00"), (300, 200, 128, 128, "300 Mbit/s", "#cc79a7"),
        (100, 200, 128, 128, "100 Mbit/s", "#777"), (10000, 300, 1024, 2048, "10 Gbit/s, E 300, H 1024, 2,048 rows", "#222"),
    ]
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
           'font-family="sans-serif" font-size="11" fill="#222">', '<rect width="100%" height="100%" fill="#fff"/>',
           '<text x="8" y="16" font-size="13" font-weight="bold">Times one rank of one thread</text>',
           '<text x="8" y="31" fill="#555">lines simulated, points measured; E 200, H 128, 128 rows; both axes logarithmic</text>']
    for power in range(low, high + 1):
        at = y(2.0 ** power)
        name = f"{2 ** power}" if power >= 0 else f"1/{2 ** -power}"
        out.append(f'<path d="M{left} {at:.1f}H{width - right}" stroke="#e2e2e2"/>'
                   f'<text x="{left - 5}" y="{at:.1f}" dy="4" text-anchor="end">{name}</text>')
    for r in ranks:
        out.append(f'<text x="{x(r):.1f}" y="{height - bottom + 16}" text-anchor="middle">{r}</text>')
    out.append(f'<text x="{(left + width - right) / 2:.0f}" y="{height - 12}" text-anchor="middle" fill="#555">ranks</text>')
    names = []
    for mbit, embedding, hidden, rows, name, colour in lines:
        dense, tokens = dense_of(embedding, hidden), rows * 20
        compute = STEP * (dense * tokens) / (dense_of(200, 128) * 2560)
        wait = 0 if mbit == math.inf else ROUND
        speeds = [compute / step(compute, r, mbit, dense, tokens, embedding, shards_of(rows), wait) for r in ranks]
        path = "L".join(f"{x(r):.1f} {y(speed):.1f}" for r, speed in zip(ranks, speeds))
        out.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        if (embedding, rows) == (200, 128) and mbit in MEASURED:
            out.append(f'<circle cx="{x(2):.1f}" cy="{y(MEASURED[mbit]):.1f}" r="4.5" fill="{colour}" stroke="#fff"/>')
        names.append((y(speeds[-1]), name, colour))
    # Names stand beside the ends of their lines, none over another.
    last = -math.inf
    for at, name, colour in sorted(names):
        last = max(at, last + 13)
        first, *rest = name.split(", ", 1) if len(name) > 26 else [name]
        out.append(f'<text x="{width - right + 6}" y="{last:.1f}" dy="4" fill="{colour}">{first}</text>')
        for more in rest:
            last += 13
            out.append(f'<text x="{width - right + 6}" y="{last:.1f}" dy="4" fill="{colour}">{more}</text>')
    return "\n".join([*out, "</svg>\n"])

if __name__ == "__main__":
    if sys.argv[1:2] == ["check"] and len(sys.argv) == 6:
        check(*map(float, sys.argv[2:]))
    elif sys.argv[1:2] == ["picture"] and len(sys.argv) == 3:
        with open(sys.argv[2], "w", encoding="utf-8") as file:
            file.write(picture())
    elif sys.argv[1:] == ["table"]:
        table()
    else:
        sys.exit(__doc__)
