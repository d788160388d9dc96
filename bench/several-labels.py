#!/usr/bin/env python3
"""Rows with several labels from three sets of one label: where a sentence is from, and whether it is positive.

    python3 bench/several-labels.py uci_sentences OUT    # writes OUT/train.ft and OUT/test.ft, every fifth row the latter

Sentences of uci_sentences (amazon, imdb, yelp; 0 negative, 1 positive) get the label of their site and, where they are
positive, the label `positive`. So a text has one or two of four labels.
"""
import pathlib
import sys

source, out = map(pathlib.Path, sys.argv[1:3])
out.mkdir(parents=True, exist_ok=True)
with open(out / "train.ft", "w", encoding="utf-8") as train, open(out / "test.ft", "w", encoding="utf-8") as test:
    for site in ("amazon", "imdb", "yelp"):
        lines = (source / f"{site}.tsv").read_text(encoding="utf-8").split("\n")[1:]
        for place, line in enumerate(filter(None, lines)):
            label, text = line.split("\t", 1)
            labels = f"__label__{site}" + (" __label__positive" if label == "1" else "")
            print(labels, text, file=test if place % 5 == 4 else train)
