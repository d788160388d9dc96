#!/usr/bin/python3
"""Makes the state dicts that the tests import, from PyTorch, as others would have written and named them.

    apt-get install python3-torch
    python3 tests/Unroll.Tests/Golden/make_import_golden.py

Writes the folder import/ beside this file: NAME.safetensors, NAME.txt (the vocabulary) and import.json with each model's options,
texts and the probabilities that PyTorch computes. The test run needs none of this; the files are committed.
"""
import json, os, struct
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "import")
TEXTS = ["a good film", "bad", "not a very good film", "never seen words", "very very very bad", "film not good not bad"]
DTYPES = {torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16"}


def raw(t):
    t = t.detach().contiguous()
    if t.dtype == torch.bfloat16:
        # numpy has no bfloat16: the upper halves of the floats.
        return t.float().numpy().view("<u4").__rshift__(16).astype("<u2").tobytes()
    return t.numpy().tobytes()


def write_safetensors(path, tensors):
    header, data = {}, b""
    for name, t in tensors.items():
        piece = raw(t)
        header[name] = {"dtype": DTYPES[t.dtype], "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(piece)]}
        data += piece
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def states_of(rnn, vectors):
    """Padded states, lengths, and the last layer's final states with both directions side by side."""
    lengths = [len(v) for v in vectors]
    packed = pack_padded_sequence(nn.utils.rnn.pad_sequence(vectors), lengths, enforce_sorted=False)
    states, last = rnn(packed)
    last = last[0] if isinstance(last, tuple) else last
    directions = 2 if rnn.bidirectional else 1
    return pad_packed_sequence(states)[0], lengths, torch.cat(list(last[-directions:]), 1)


class Reviews(nn.Module):
    """Two-layer bidirectional LSTM, its last states."""
    def __init__(self, V):
        super().__init__()
        self.emb = nn.Embedding(V, 5, padding_idx=0)
        self.encoder = nn.ModuleDict({"lstm": nn.LSTM(5, 4, num_layers=2, bidirectional=True)})
        self.classifier = nn.Linear(8, 3)

    def logits(self, sentences):
        return self.classifier(states_of(self.encoder["lstm"], [self.emb(s) for s in sentences])[2])


class Averaged(nn.Module):
    """GRU, the mean of its states; short names."""
    def __init__(self, V):
        super().__init__()
        self.e, self.r, self.o = nn.Embedding(V, 6), nn.GRU(6, 6), nn.Linear(6, 2)

    def logits(self, sentences):
        states, lengths, _ = states_of(self.r, [self.e(s) for s in sentences])
        return self.o(torch.stack([states[:n, b].mean(0) for b, n in enumerate(lengths)]))


class OneHot(nn.Module):
    """Bidirectional ReLU network on one-hot words, the maximum of its states, no biases at all."""
    def __init__(self, V):
        super().__init__()
        self.V = V
        self.rnn = nn.RNN(V, 3, nonlinearity="relu", bias=False, bidirectional=True)
        self.fc = nn.Linear(6, 2, bias=False)

    def logits(self, sentences):
        states, lengths, _ = states_of(self.rnn, [nn.functional.one_hot(s, self.V).float() for s in sentences])
        return self.fc(torch.stack([states[:n, b].max(0)[0] for b, n in enumerate(lengths)]))


class Attentive(nn.Module):
    """Bidirectional GRU of two layers with additive attention."""
    def __init__(self, V):
        super().__init__()
        self.embedding = nn.Embedding(V, 5)
        self.gru = nn.GRU(5, 4, num_layers=2, bidirectional=True)
        self.attention = nn.ModuleDict({"project": nn.Linear(8, 8), "score": nn.Linear(8, 1)})
        self.output = nn.Linear(8, 2)

    def logits(self, sentences):
        states, lengths, _ = states_of(self.gru, [self.embedding(s) for s in sentences])
        pooled = []
        for b, n in enumerate(lengths):
            h = states[:n, b]
            weight = torch.softmax(self.attention["score"](torch.tanh(self.attention["project"](h))), 0)
            pooled.append((weight * h).sum(0))
        return self.output(torch.stack(pooled))


class Binary(nn.Module):
    """An LSTM with one output and a sigmoid, as many tutorials have it."""
    def __init__(self, V):
        super().__init__()
        self.embedding, self.lstm, self.fc = nn.Embedding(V, 5), nn.LSTM(5, 4), nn.Linear(4, 1)

    def logits(self, sentences):
        z = self.fc(states_of(self.lstm, [self.embedding(s) for s in sentences])[2])
        return torch.cat([torch.zeros_like(z), z], 1)


PLAIN = ["<pad>", "<unk>", "a", "film", "good", "bad", "very", "not"]
# name, model, vocabulary, type of the file, prefix of all names, how `unroll import` is called, what it finds
CASES = [
    ("reviews", Reviews, PLAIN, torch.float32, "", {"labels": ["bad", "good", "mixed"]},
     "lstm, embedding 5, hidden 4, 2 layers, both directions, pooling last, 3 labels, 8 tokens"),
    ("averaged-f16", Averaged, PLAIN, torch.float16, "", {"labels": ["bad", "good"], "pooling": "mean"},
     "gru, embedding 6, hidden 6, 1 layer, one direction, pooling mean, 2 labels, 8 tokens"),
    ("one-hot", OneHot, ["film", "a", "<unk>", "good", "bad", "very", "not"], torch.float32, "",
     {"labels": ["bad", "good"], "pooling": "max", "nonlinearity": "relu"},
     "rnn (relu), one-hot words, hidden 3, 1 layer, both directions, pooling max, 2 labels, 8 tokens"),
    ("attentive-bf16", Attentive, PLAIN, torch.bfloat16, "", {"labels": ["bad", "good"]},
     "gru, embedding 5, hidden 4, 2 layers, both directions, pooling attention, 2 labels, 8 tokens"),
    ("binary-f64", Binary, ["<unk>", "<pad>", "a", "film", "good", "bad", "very", "not"], torch.float64, "module.", {"labels": ["bad", "good"]},
     "lstm, embedding 5, hidden 4, 1 layer, one direction, pooling last, 2 labels, 8 tokens"),
]


def main():
    os.makedirs(FOLDER, exist_ok=True)
    cases = []
    for seed, (name, model, vocabulary, dtype, prefix, options, found) in enumerate(CASES, start=31):
        torch.manual_seed(seed)
        net = model(len(vocabulary))
        with torch.no_grad():
            for p in net.parameters():
                # Rounded to what the file can hold, so that both compute with the same numbers.
                p.copy_(torch.randn(p.shape).mul(0.6).to(dtype).float())
        write_safetensors(os.path.join(FOLDER, name + ".safetensors"), {prefix + n: t.to(dtype) for n, t in net.state_dict().items()})
        with open(os.path.join(FOLDER, name + ".txt"), "w") as f:
            f.write("".join(w + "\n" for w in vocabulary))
        unknown = vocabulary.index("<unk>")
        sentences = [torch.tensor([vocabulary.index(w) if w in vocabulary else unknown for w in text.split()]) for text in TEXTS]
        with torch.no_grad():
            probabilities = torch.softmax(net.logits(sentences).double(), 1)
        cases.append({"name": name, "options": options, "found": found,
                      "probabilities": [round(p, 9) for p in probabilities.flatten().tolist()]})
    with open(os.path.join(FOLDER, "import.json"), "w") as f:
        json.dump({"texts": TEXTS, "cases": cases}, f, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    main()
