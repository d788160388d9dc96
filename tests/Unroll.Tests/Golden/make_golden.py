#!/usr/bin/python3
"""Makes the numbers the tests compare with, from PyTorch (written with 1.13 on an AVX2 CPU).

    apt-get install python3-torch
    python3 tests/Unroll.Tests/Golden/make_golden.py [UNROLL_MODEL_FOLDER]

Writes lab.json, random.json, layers.json, training.json and the folder torch-model/ beside this file. Given the folder of
a model that Unroll saved, it instead loads that model's safetensors into torch.nn and writes unroll-model.json: what
PyTorch computes with it. The test run needs none of this; the files are committed. engine.json
is made by make_engine_golden.py.
"""
import hashlib, json, os, struct, sys
import numpy as np
import torch
from torch import nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

HERE = os.path.dirname(os.path.abspath(__file__))


def plain(x):
    """Tensors as nested lists of the shortest decimals that read back as the same float32."""
    if isinstance(x, torch.Tensor):
        return plain(x.detach().numpy())
    if isinstance(x, np.ndarray):
        return [plain(v) for v in x] if x.ndim else (float(str(x)) if x.dtype == np.float32 else x.item())
    if isinstance(x, np.float32):
        return float(str(x))
    if isinstance(x, np.generic):
        return x.item()
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [plain(v) for v in x]
    return x


def write(name, value):
    with open(os.path.join(HERE, name), "w") as f:
        json.dump(plain(value), f, separators=(",", ":"))
        f.write("\n")


def lab():
    """The exercise: seed 42, one SGD step per sentence, 300 epochs."""
    words = ["The", "movie", "is", "good", "bad"]
    samples = [(["The", "movie", "is", "good"], 1), (["The", "movie", "is", "bad"], 0)]
    torch.manual_seed(42)
    W, U, b = torch.randn(2, 2), torch.randn(2, 5), torch.randn(2, 1)
    W_out, b_out = torch.randn(2, 2), torch.randn(2, 1)
    names, params = ["W", "U", "b", "W_out", "b_out"], [W, U, b, W_out, b_out]
    for p in params:
        p.requires_grad_(True)

    def forward(sentence):
        h, states = torch.zeros(2, 1), []
        for word in sentence:
            x = torch.zeros(5, 1)
            x[words.index(word)] = 1
            h = torch.tanh(W @ h + U @ x + b)
            states.append(h)
        return states, W_out @ h + b_out

    out = {"initial": {n: p.detach().clone() for n, p in zip(names, params)}, "loss_history": []}
    for epoch in range(300):
        total = 0.0
        for sentence, label in samples:
            states, logits = forward(sentence)
            loss = F.cross_entropy(logits.T, torch.tensor([label]))
            grads = torch.autograd.grad(loss, params)
            if "first_step" not in out:
                out["first_step"] = {"hidden": states, "logits": logits.T, "loss": loss.item(), "grad": dict(zip(names, grads))}
            with torch.no_grad():
                for p, g in zip(params, grads):
                    p -= 0.1 * g
            total += loss.item()
        out["loss_history"].append(total)
    out["final"] = dict(zip(names, params))
    out["tests"] = []
    for sentence in (["The", "movie", "is", "bad"], ["The", "movie", "is", "good"]):
        states, logits = forward(sentence)
        out["tests"].append({"sentence": sentence, "hidden": states, "logits": logits, "prediction": int(logits.argmax())})
    write("lab.json", out)


def seeded(seed, f):
    torch.manual_seed(seed)
    return f()


def random_numbers():
    e = torch.empty
    millions = seeded(7, lambda: torch.randn(1 << 20)).numpy()

    def classifier():
        emb, r, o = nn.Embedding(7, 5, padding_idx=0), nn.RNN(5, 4), nn.Linear(4, 3)
        return {"embedding.weight": emb.weight, "rnn.weight_ih_l0": r.weight_ih_l0, "rnn.weight_hh_l0": r.weight_hh_l0,
                "rnn.bias_l0": r.bias_ih_l0 + r.bias_hh_l0, "output.weight": o.weight, "output.bias": o.bias}
    write("random.json", {
        "seed42_randn4": seeded(42, lambda: torch.randn(4)),
        "seed42_randn15": seeded(42, lambda: torch.randn(15)),
        "seed42_randn16": seeded(42, lambda: torch.randn(16)),
        "seed42_randn37": seeded(42, lambda: torch.randn(37)),
        "seed42_rand8": seeded(42, lambda: torch.rand(8)),
        "seed42_randn3_then_rand4_then_randn2": seeded(42, lambda: torch.cat([torch.randn(3), torch.rand(4), torch.randn(2)])),
        "seed42_randn3_then_randn20_then_randn2": seeded(42, lambda: torch.cat([torch.randn(3), torch.randn(20), torch.randn(2)])),
        "seed7_randn_2to20_sha256": hashlib.sha256(millions.tobytes()).hexdigest(),
        "seed5_normal_mean3_std2_x20": seeded(5, lambda: e(20).normal_(3, 2)),
        "seed5_normal_mean3_std2_x5": seeded(5, lambda: e(5).normal_(3, 2)),
        "seed0_uniform_-0.5_0.5_x6": seeded(0, lambda: e(6).uniform_(-0.5, 0.5)),
        "seed0_uniform_-0.1_0.3_x40": seeded(0, lambda: e(40).uniform_(-0.1, 0.3)),
        "seed42_randperm10": seeded(42, lambda: torch.randperm(10)),
        "seed42_randint0_100_x8": seeded(42, lambda: torch.randint(0, 100, (8,))),
        "seed42_randint_-5_to_2to40_x8": seeded(42, lambda: torch.randint(-5, 1 << 40, (8,))),
        "seed42_bernoulli0.3_x12": seeded(42, lambda: e(12).bernoulli_(0.3)),
        "seed42_rand_double_x4": seeded(42, lambda: torch.rand(4, dtype=torch.float64)),
        "seed2to32plus42_rand4": seeded((1 << 32) + 42, lambda: torch.rand(4)),
        "seed1_xavier_uniform_4x6_gain2": seeded(1, lambda: nn.init.xavier_uniform_(e(4, 6), 2)),
        "seed1_xavier_normal_4x6": seeded(1, lambda: nn.init.xavier_normal_(e(4, 6))),
        "seed1_kaiming_uniform_4x6": seeded(1, lambda: nn.init.kaiming_uniform_(e(4, 6))),
        "seed1_kaiming_normal_4x6_slope0.2": seeded(1, lambda: nn.init.kaiming_normal_(e(4, 6), 0.2)),
        "eye_3x5": nn.init.eye_(e(3, 5)),
        "seed1_orthogonal_6x6": seeded(1, lambda: nn.init.orthogonal_(e(6, 6))),
        "seed1_orthogonal_3x7_gain1.5": seeded(1, lambda: nn.init.orthogonal_(e(3, 7), 1.5)),
        "seed1_orthogonal_12x4": seeded(1, lambda: nn.init.orthogonal_(e(12, 4))),
        "seed42_classifier_7_5_4_3": seeded(42, classifier),
    })


def rnn_case(nonlinearity, lengths, I, H, one_hot, h0):
    """Outputs and every gradient of sum(h * dh) for random dh, on a packed batch; lengths do not increase."""
    T, B = max(lengths), len(lengths)
    rnn = nn.RNN(I, H, nonlinearity=nonlinearity)
    with torch.no_grad():
        rnn.bias_hh_l0.zero_()
    ids = torch.randint(0, I, (T, B))
    x = (F.one_hot(ids, I).float() if one_hot else torch.randn(T, B, I)).requires_grad_(True)
    start = (torch.randn(1, B, H) if h0 else torch.zeros(1, B, H)).requires_grad_(True)
    packed = pack_padded_sequence(x, lengths)
    y, last = rnn(packed, start)
    dy = torch.randn_like(y.data)
    (y.data * dy).sum().backward()
    return {
        "nonlinearity": nonlinearity, "lengths": lengths, "input_size": I, "hidden_size": H,
        "batch_sizes": packed.batch_sizes, "ids": pack_padded_sequence(ids, lengths).data if one_hot else None,
        "input": None if one_hot else packed.data, "initial_hidden": start[0] if h0 else None,
        "weight_ih": rnn.weight_ih_l0, "weight_hh": rnn.weight_hh_l0, "bias": rnn.bias_ih_l0,
        "hidden": y.data, "last": last[0], "d_hidden": dy,
        "d_weight_ih": rnn.weight_ih_l0.grad, "d_weight_hh": rnn.weight_hh_l0.grad, "d_bias": rnn.bias_ih_l0.grad,
        "d_input": None if one_hot else pack_padded_sequence(x.grad, lengths).data, "d_initial_hidden": start.grad[0],
    }


def layers():
    torch.manual_seed(2024)
    cases = []
    for nonlinearity in ("tanh", "relu"):
        for lengths in ([1], [20], [3, 3], [5, 4, 2, 2, 1], [20, 13, 7, 7, 1, 1, 1]):
            for one_hot in (False, True):
                cases.append(rnn_case(nonlinearity, lengths, 6, 5, one_hot, h0=len(cases) % 2 == 1))
        cases.append(rnn_case(nonlinearity, [4, 2], 3, 1, False, True))
        cases.append(rnn_case(nonlinearity, [2, 2, 2], 1, 9, False, False))

    losses = []
    for B, C, scale in ((1, 2, 1), (5, 3, 1), (3, 6, 100), (2, 4, 1e4)):
        z = (torch.randn(B, C) * scale).requires_grad_(True)
        labels = torch.randint(0, C, (B,))
        loss = F.cross_entropy(z, labels)
        loss.backward()
        losses.append({"logits": z, "labels": labels, "loss": loss, "probabilities": F.softmax(z, 1), "d_logits": z.grad})

    write("layers.json", {"rnn": cases, "cross_entropy": losses})


SENTENCES = [([2, 3, 4, 5, 6, 2], 0), ([7, 8], 1), ([9, 3, 2, 9], 2), ([4], 0), ([8, 8, 7, 3, 5], 1), ([5, 9, 9], 2), ([6, 7, 2, 8], 1)]


class Classifier(nn.Module):
    def __init__(self, V, E, H, C, nonlinearity="tanh"):
        super().__init__()
        self.embedding = nn.Embedding(V, E, padding_idx=0)
        self.rnn = nn.RNN(E, H, nonlinearity=nonlinearity)
        self.output = nn.Linear(H, C)

    def forward(self, sentences):
        x = nn.utils.rnn.pad_sequence([torch.tensor(s) for s in sentences])
        packed = pack_padded_sequence(self.embedding(x), [len(s) for s in sentences], enforce_sorted=False)
        return self.output(self.rnn(packed)[1][0])


def training():
    """30 SGD steps on mixed lengths: batches of four and three in turn. One bias is trained, as Unroll does."""
    runs = []
    for nonlinearity in ("tanh", "relu"):
        torch.manual_seed(3)
        net = Classifier(10, 6, 8, 3, nonlinearity)
        with torch.no_grad():
            net.rnn.bias_ih_l0 += net.rnn.bias_hh_l0
            net.rnn.bias_hh_l0.zero_()
        net.rnn.bias_hh_l0.requires_grad_(False)
        optimizer, losses = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], lr=0.1), []
        for step in range(30):
            rows = SENTENCES[:4] if step % 2 == 0 else SENTENCES[4:]
            optimizer.zero_grad()
            loss = F.cross_entropy(net([s for s, _ in rows]), torch.tensor([y for _, y in rows]))
            loss.backward()
            optimizer.step()
            losses.append(loss)
        runs.append({"nonlinearity": nonlinearity, "seed": 3, "losses": losses,
                     "final": {n: p for n, p in net.named_parameters() if "bias_hh" not in n}})
    write("training.json", {"sentences": [{"ids": s, "label": y} for s, y in SENTENCES], "runs": runs})


def write_safetensors(path, tensors):
    header, data = {}, b""
    for name, t in tensors.items():
        raw = t.detach().numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def read_safetensors(path):
    raw = open(path, "rb").read()
    n, = struct.unpack("<Q", raw[:8])
    header, data = json.loads(raw[8:8 + n]), raw[8 + n:]
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = torch.from_numpy(np.frombuffer(data[begin:end], "<f4").copy()).reshape(entry["shape"])
    return tensors


WORDS = ["<pad>", "<unk>", "a", "film", "good", "bad", "very", "not"]
TEXTS = ["a good film", "bad", "not a very good film", "never seen words", "very very very bad"]


def logits_of(net, vocabulary):
    ids = [[vocabulary.index(w) if w in vocabulary else 1 for w in text.split()] for text in TEXTS]
    with torch.no_grad():
        return F.softmax(net(ids), 1)


def torch_model():
    """A classifier that PyTorch made and wrote, with both biases in use."""
    torch.manual_seed(11)
    net = Classifier(len(WORDS), 5, 4, 2)
    folder = os.path.join(HERE, "torch-model")
    os.makedirs(folder, exist_ok=True)
    write_safetensors(os.path.join(folder, "model.safetensors"), net.state_dict())
    with open(os.path.join(folder, "vocabulary.txt"), "w") as f:
        f.write("".join(w + "\n" for w in WORDS))
    with open(os.path.join(folder, "config.json"), "w") as f:
        json.dump({"format": "unroll/1", "cell": "rnn", "embedding": 5, "hidden": 4, "layers": 1, "bidirectional": False,
                   "pooling": "last", "nonlinearity": "tanh", "dropout": 0.0, "labels": ["bad", "good"],
                   "tokens": {"kind": "whitespace", "lowercase": True}, "unknown": "token"}, f)
    write("torch-model.json", {"texts": TEXTS, "probabilities": logits_of(net, WORDS)})


def unroll_model(folder):
    """Loads a model that Unroll saved into torch.nn, strictly, and says what PyTorch computes with it."""
    config = json.load(open(os.path.join(folder, "config.json")))
    vocabulary = open(os.path.join(folder, "vocabulary.txt"), encoding="utf8").read().split()
    net = Classifier(len(vocabulary), config["embedding"], config["hidden"], len(config["labels"]), config["nonlinearity"])
    tensors = read_safetensors(os.path.join(folder, "model.safetensors"))
    net.load_state_dict(tensors, strict=True)
    alone = nn.RNN(config["embedding"], config["hidden"])
    alone.load_state_dict({k[4:]: v for k, v in tensors.items() if k.startswith("rnn.")}, strict=True)
    write("unroll-model.json", {"texts": TEXTS, "probabilities": logits_of(net, vocabulary)})


if __name__ == "__main__":
    if len(sys.argv) > 1:
        unroll_model(sys.argv[1])
    else:
        lab()
        random_numbers()
        layers()
        training()
        torch_model()
