#!/usr/bin/env python3
"""Makes labelled rows: bench/rows.py ROWS [TOKENS [WORDS [SEED]]], as TSV on standard output.

Words come as often as in a language (Zipf), a third of them speak for "pos", and a tenth of the labels are wrong. 10 million rows
of 10 tokens take a minute.
"""
import random
import sys

def main(rows, tokens=10, words=30000, seed=1):
    draw = random.Random(seed)
    # Zipf's law by its inverse: the rank of a word is words^u.
    vocabulary = [f"w{i}" for i in range(words)]
    speaks = [i % 3 == 0 for i in range(words)]
    table = [min(words - 1, int(words ** ((i + 0.5) / 65536)) - 1) for i in range(65536)]
    out = sys.stdout
    out.write("label\ttext\n")
    lines = []
    for row in range(rows):
        count = draw.randrange(tokens // 2, tokens * 3 // 2 + 1)
        picked = [table[b] for b in memoryview(draw.randbytes(2 * count)).cast("H")]
        positive = sum(speaks[i] for i in picked) * 3 > count
        if draw.random() < 0.1:
            positive = not positive
        lines.append(("pos\t" if positive else "neg\t") + " ".join([vocabulary[i] for i in picked]))
        if len(lines) == 10000:
            out.write("\n".join(lines) + "\n")
            lines.clear()
    if lines:
        out.write("\n".join(lines) + "\n")

if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
