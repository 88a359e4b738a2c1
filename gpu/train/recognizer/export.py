"""Writes a trained network as the streaming ONNX graph that ``voicebot.stt.bundled`` runs.

The graph is built node by node, so what streams is exactly what is written here: the caller gives new frames and the
state, and gets scores and the state after. The matrices are then rounded to 8 bits, which a third of the bytes and
half of the time buy at no measurable cost in errors.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import quantize_dynamic

from gpu.train.recognizer.network import FRAMES_A_STEP, FRAMES_SEEN, GROUPS, LOOK_AHEAD, Network
from voicebot.stt import features, tokens

OPSET = 17


class _Graph:
    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def weight(self, name: str, value: np.ndarray) -> str:
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name))
        return name

    def whole_numbers(self, name: str, values: list[int]) -> str:
        self.weights.append(numpy_helper.from_array(np.array(values, np.int64), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str | list[str], **attributes: Any) -> str:
        outputs = [output] if isinstance(output, str) else output
        self.nodes.append(helper.make_node(kind, inputs, outputs, **attributes))
        return outputs[0]


def streaming_graph(network: Network) -> onnx.ModelProto:
    """Inputs ``frames`` (B, 3 n + 4, BANDS), ``hidden`` and ``cell`` (3, B, width), ``pending`` (B, 4, width).

    Outputs ``scores`` (B, n, BLANK + 1), log-probabilities of the steps ``LOOK_AHEAD`` before the newest, and the
    three states after. A new stream gives zeros and ``LOOK_AHEAD`` steps first, drops their scores (they belong to
    nothing) and sets the last LSTM's state back to zero.
    """
    weights = {name: value.detach().float().cpu().numpy() for name, value in network.state_dict().items()}
    graph = _Graph()
    width = weights["second.weight"].shape[0]

    def convolve(source: str, name: str, stride: int = 1, groups: int = 1) -> str:
        """A convolution over time, (B, T, channels) → (B, steps, channels), as a product with the frames side by side.

        onnxruntime's own convolution takes ten times as long for so few steps, and cannot be rounded to 8 bits here.
        """
        kernel = weights[f"{name}.weight"]  # (out, in / groups, taps)
        taps = kernel.shape[2]
        axis, stepping = graph.whole_numbers(f"{name}_axis", [1]), graph.whole_numbers(f"{name}_stride", [stride])
        parts = [f"{name}_group_{group}" for group in range(groups)]
        graph.node("Split", [source], parts, axis=2)
        products = []
        for part, matrix in zip(parts, np.split(kernel, groups), strict=True):
            shifted = []
            for tap in range(taps):
                first = graph.whole_numbers(f"{part}_from_{tap}", [tap])
                last = graph.whole_numbers(f"{part}_to_{tap}", [tap + 1 - taps or 2**31])
                shifted.append(graph.node("Slice", [part, first, last, axis, stepping], f"{part}_tap_{tap}"))
            window = graph.node("Concat", shifted, f"{part}_window", axis=2)
            side_by_side = matrix.transpose(2, 1, 0).reshape(-1, matrix.shape[0])
            products.append(
                graph.node("MatMul", [window, graph.weight(f"{part}_matrix", side_by_side)], f"{part}_product")
            )
        product = graph.node("Concat", products, f"{name}_product", axis=2) if groups > 1 else products[0]
        convolved = graph.node("Add", [product, graph.weight(f"{name}.bias", weights[f"{name}.bias"])], f"{name}_sum")
        return graph.node("Mul", [convolved, graph.node("Sigmoid", [convolved], f"{name}_gate")], f"{name}_out")

    def normalize(source: str, number: int) -> str:
        name = f"norms.{number}"
        parameters = [graph.weight(f"{name}.{part}", weights[f"{name}.{part}"]) for part in ("weight", "bias")]
        return graph.node("LayerNormalization", [source, *parameters], f"{name}_out", axis=-1, epsilon=1e-5)

    def linear(source: str, name: str) -> str:
        matrix = graph.weight(f"{name}.weight", weights[f"{name}.weight"].T)
        product = graph.node("MatMul", [source, matrix], f"{name}_product")
        return graph.node("Add", [product, graph.weight(f"{name}.bias", weights[f"{name}.bias"])], f"{name}_out")

    states: dict[str, list[str]] = {"hidden": [], "cell": []}
    for state in states:
        graph.node("Split", [state], [f"{state}_{layer}" for layer in range(3)], axis=0)

    def recur(source: str, layer: int, normalized: str) -> str:
        """``source`` and the LSTM over it, both (n, B, width)."""

        def reordered(value: np.ndarray) -> np.ndarray:
            """PyTorch keeps its gates as input, forget, cell, output; ONNX as input, output, forget, cell."""
            first, forget, cell, last = np.split(value, 4)
            return np.concatenate([first, last, forget, cell])[None]

        name = f"recurrent.{layer}"
        parts = [weights[f"{name}.{part}_l0"] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        biases = np.concatenate([reordered(parts[2]), reordered(parts[3])], axis=1)
        inputs = [
            normalized,
            graph.weight(f"{name}.input", reordered(parts[0])),
            graph.weight(f"{name}.recurrence", reordered(parts[1])),
            graph.weight(f"{name}.bias", biases),
            "",
            f"hidden_{layer}",
            f"cell_{layer}",
        ]
        outputs = [f"{name}_sequence", f"hidden_{layer}_after", f"cell_{layer}_after"]
        graph.node("LSTM", inputs, outputs, hidden_size=width)
        states["hidden"].append(outputs[1])
        states["cell"].append(outputs[2])
        axis = graph.whole_numbers(f"{name}_axis", [1])
        return graph.node("Add", [source, graph.node("Squeeze", [outputs[0], axis], f"{name}_steps")], f"{name}_out")

    hidden = convolve(convolve("frames", "first"), "second", stride=FRAMES_A_STEP)
    hidden = graph.node("Transpose", [hidden], "steps_first", perm=[1, 0, 2])
    hidden = recur(hidden, 0, normalize(hidden, 0))
    hidden = recur(hidden, 1, normalize(hidden, 1))
    recent = graph.node("Transpose", [hidden], "recent", perm=[1, 0, 2])
    waiting = graph.node("Concat", ["pending", recent], "waiting", axis=1)
    first, last = graph.whole_numbers("first", [0]), graph.whole_numbers("last", [2**31])
    minus, second = graph.whole_numbers("minus", [-LOOK_AHEAD]), graph.whole_numbers("axis", [1])
    graph.node("Slice", [waiting, minus, last, second], "pending_after")
    due = graph.node("Slice", [waiting, first, minus, second], "due")
    ahead = convolve(normalize(waiting, 2), "ahead", groups=GROUPS)
    hidden = graph.node("Add", [due, ahead], "with_future")
    widened = linear(normalize(hidden, 3), "widen")
    widened = graph.node("Mul", [widened, graph.node("Sigmoid", [widened], "widen_gate")], "widened")
    hidden = graph.node("Add", [hidden, linear(widened, "narrow")], "considered")
    hidden = graph.node("Transpose", [hidden], "considered_steps_first", perm=[1, 0, 2])
    hidden = recur(hidden, 2, hidden)
    hidden = graph.node("Transpose", [normalize(hidden, 4)], "spoken", perm=[1, 0, 2])
    graph.node("LogSoftmax", [linear(hidden, "spell")], "scores", axis=-1)
    for state, parts in states.items():
        graph.node("Concat", parts, f"{state}_after", axis=0)

    def value(name: str, *shape: int | str) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    states_of: list[tuple[str, tuple[int | str, ...]]] = [
        ("hidden", (3, "B", width)),
        ("cell", (3, "B", width)),
        ("pending", ("B", LOOK_AHEAD, width)),
    ]
    built = helper.make_graph(
        graph.nodes,
        "recognizer",
        [value("frames", "B", "T", features.BANDS), *(value(name, *shape) for name, shape in states_of)],
        [value("scores", "B", "N", tokens.BLANK + 1), *(value(f"{name}_after", *shape) for name, shape in states_of)],
        graph.weights,
    )
    model = helper.make_model(built, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    for key, number in (("look_ahead", LOOK_AHEAD), ("frames_a_step", FRAMES_A_STEP), ("frames_seen", FRAMES_SEEN)):
        model.metadata_props.add(key=key, value=str(number))
    onnx.checker.check_model(model)
    return model


def export(network: Network, path: Path) -> None:
    """Writes the graph, checks it against PyTorch streamed in chunks, and rounds its matrices to 8 bits."""
    network = network.float().cpu().eval()
    with TemporaryDirectory() as folder:
        exact = Path(folder) / "exact.onnx"
        onnx.save(streaming_graph(network), exact)
        difference = largest_difference(network, exact)
        if difference > 0.01:
            raise RuntimeError(f"the graph differs from the trained network by {difference:.3f} in log-probability")
        quantize_dynamic(exact, path, op_types_to_quantize=["LSTM", "MatMul"], per_channel=True)


@torch.no_grad()
def largest_difference(network: Network, path: Path) -> float:
    """Largest difference of a streamed log-probability from PyTorch's, on random features."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    width = network.second.out_channels
    steps = 40
    frames = np.random.default_rng(0).normal(0, 1, (2, (steps - 1) * FRAMES_A_STEP + FRAMES_SEEN, features.BANDS))
    frames = frames.astype(np.float32)
    expected = network(torch.from_numpy(frames))[0].log_softmax(-1).numpy()[:, : steps - LOOK_AHEAD]
    state = [np.zeros(shape, np.float32) for shape in ((3, 2, width), (3, 2, width), (2, LOOK_AHEAD, width))]
    scores = []
    for start in range(0, steps, LOOK_AHEAD):
        chunk = frames[:, start * FRAMES_A_STEP : (start + LOOK_AHEAD - 1) * FRAMES_A_STEP + FRAMES_SEEN]
        given = dict(zip(("frames", "hidden", "cell", "pending"), (chunk, *state), strict=True))
        score, *state = session.run(None, given)
        scores.append(score)
        if start == 0:  # what the last LSTM made of the steps before the first must not stay
            state[0][2:] = state[1][2:] = 0.0
    streamed = np.concatenate(scores, axis=1)[:, LOOK_AHEAD:]
    return float(np.abs(streamed - expected).max())
