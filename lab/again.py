"""What `unroll lab grade` runs in place of a sheet in Python: sheet.py, or the same again with other words, other random numbers and
other parameters, which a sheet that computes follows and one that recites does not.
UNROLL_AGAIN is "seed;update;words of label 0;words of label 1". After that update the output layer changes its signs."""
import os, random, runpy, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import report

again = os.environ["UNROLL_AGAIN"].split(";") if os.environ.get("UNROLL_AGAIN") else None
report.word = lambda label, place, word: again[2 + label].split(" ")[place] if again else word
report.sentence = lambda label, sentence: again[2 + label] if again else sentence
NAMES = ("W", "U", "b", "W_out", "b_out")


def change(table, new):
    if hasattr(table, "data") and hasattr(table, "detach"):
        table = table.data
    for i in range(len(table)):
        if hasattr(table[i], "__len__"):
            change(table[i], new)
        else:
            value = new(float(table[i]))
            try:
                table[i] = value
            except TypeError:  # a tuple, or a number of zero dimensions
                table[i][()] = value


if again:
    seed, turn = int(again[0]), int(again[1])
    begin, update = report.begin, report.update

    def begin_again(inputs, hidden, classes, learning_rate, *parameters, **more):
        own = dict(zip(NAMES, parameters))
        own.update({name: more[name] for name in NAMES if name in more})
        if turn:
            report._write(parameters="given", **own)
            numbers = random.Random(seed)
            for name in NAMES:
                change(own[name], lambda _: numbers.gauss(0, 1))
        begin(inputs, hidden, classes, learning_rate, *parameters, **more)

    def update_again(*parameters, **more):
        update(*parameters, **more)
        own = dict(zip(NAMES, parameters))
        own.update({name: more[name] for name in NAMES if name in more})
        if report._count["update"] == turn:
            for name in ("W_out", "b_out"):
                change(own[name], lambda value: -value)
            report._write(parameters="changed", **own)

    report.begin, report.update = begin_again, update_again
    seeded = random.seed
    random.seed = lambda value=None, *rest: seeded(value ^ seed if isinstance(value, int) else value, *rest)

runpy.run_path(os.path.join(os.path.dirname(os.path.abspath(__file__)), "sheet.py"), run_name="__main__")
