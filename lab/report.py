"""Beside a sheet in Python: writes what the sheet computes into the file that UNROLL_TRACE names, a line of JSON each.

    import report
    report.begin(5, H, 2, learning_rate, W, U, b, W_out, b_out)       # once, after initialisation; U has a column for each word
    report.forward(["The", "movie", "is", "good"], 1, s, y, loss)     # each sentence of each epoch; s is s_0 … s_T
    report.update(W, U, b, W_out, b_out)                              # after each step
    report.test(["The", "movie", "is", "good"], prediction)           # each test sentence
    report.end(loss_history, W, U, b, W_out, b_out)
"""
import json, os

_file = os.path.abspath(os.environ["UNROLL_TRACE"]) if os.environ.get("UNROLL_TRACE") else None
_count = {"forward": 0, "update": 0, "written": 0}

def _plain(value):  # a list of lists, whether it was a list, an array of numpy or a tensor of torch
    if hasattr(value, "detach"): value = value.detach()
    if hasattr(value, "tolist"): value = value.tolist()
    if isinstance(value, (list, tuple)): return [_plain(entry) for entry in value]
    if isinstance(value, (int, str)): return value
    return float(value) if abs(float(value)) < float("inf") else str(float(value))

def _write(**line):
    text = json.dumps({key: _plain(value) for key, value in line.items()}) + "\n"
    _count["written"] += len(text)
    if _file and (_count["written"] < 1 << 24 or not ("forward" in line or str(line.get("parameters")).startswith("update"))):
        with open(_file, "a", encoding="utf-8") as trace: trace.write(text)

def begin(inputs, hidden, classes, learning_rate, W, U, b, W_out, b_out, vocabulary=("The", "movie", "is", "good", "bad")):
    _write(trace="unroll-lab/2", inputs=inputs, hidden=hidden, classes=classes, learning_rate=learning_rate, vocabulary=vocabulary)
    _write(parameters="initial", W=W, U=U, b=b, W_out=W_out, b_out=b_out)

def forward(sentence, label, states, logits, loss):
    _count["forward"] += 1
    _write(forward=_count["forward"], sentence=sentence, label=label, hidden=states, logits=logits, loss=loss)

def update(W, U, b, W_out, b_out):
    _count["update"] += 1
    _write(parameters=f"update {_count['update']}", W=W, U=U, b=b, W_out=W_out, b_out=b_out)

def test(sentence, prediction): _write(test=sentence, prediction=int(prediction))

def end(loss_history, W, U, b, W_out, b_out):
    _write(parameters="final", W=W, U=U, b=b, W_out=W_out, b_out=b_out)
    _write(loss_history=loss_history)
