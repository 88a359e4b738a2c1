"""Random-weight streaming models in the formats sherpa-onnx reads: the real inputs, states, outputs and metadata.

Each encoder is one random layer whose running mean is kept in a state of the real model, so that what it says
depends on the sound and on what came before; the other states pass through. All is small and the same everywhere.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

PIECES = ["▁안", "녕", "하", "세", "요", "▁배", "송", "▁조", "회", "▁주", "문", "▁취", "소", "▁카", "드", "▁네"]
PIECES += ["▁상", "담", "▁예", "약"]
BANDS, WIDTH = 80, 12
FLOAT, INT64, INT32, HALF = TensorProto.FLOAT, TensorProto.INT64, TensorProto.INT32, TensorProto.FLOAT16
Shape = Sequence[int | str]


class _Graph:
    """Gathers nodes, weights, inputs and outputs, in the order the real exports have them."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, kind: int, shape: Shape) -> str:
        self._inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, value: str, name: str, kind: int, shape: Shape) -> None:
        self._nodes.append(helper.make_node("Identity", [value], [name]))
        self._outputs.append(helper.make_tensor_value_info(name, kind, shape))

    def through(self, name: str, kind: int, shape: Shape) -> None:
        """A state that this model takes and gives back as it was."""
        self.output(self.input(name, kind, shape), f"new_{name}", kind, shape)

    def weights(self, *shape: int, scale: float) -> str:
        return self.constant((self._random.standard_normal(shape) * scale).astype(np.float32))

    def constant(self, value: object, dtype: type = np.float32) -> str:
        array = value if isinstance(value, np.ndarray) else np.array(value, dtype)
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(array, name))
        return name

    def node(self, operator: str, *inputs: str, **attributes: object) -> str:
        name = f"value_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def reshape(self, value: str, *shape: int) -> str:
        return self.node("Reshape", value, self.constant(shape, np.int64))

    def write(self, path: Path, metadata: dict[str, object]) -> None:
        graph = helper.make_graph(self._nodes, path.stem, self._inputs, self._outputs, self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        helper.set_model_props(model, {key: str(value) for key, value in metadata.items()})
        onnx.checker.check_model(model)
        onnx.save(model, str(path))

    def layer(self, frames: str, columns: int, before: str) -> tuple[str, str]:
        """One random layer over (N, T, columns), and the running mean (N, WIDTH) that ``before`` becomes.

        A gate on the level closes where the log-mel bands say digital silence, so that nothing is heard in it.
        """
        level = self.node("Add", self.node("ReduceMean", frames, axes=[2], keepdims=1), self.constant(14.0))
        gate = self.node("Sigmoid", self.node("Mul", level, self.constant(2.0)))
        hidden = self.node("Tanh", self.node("MatMul", frames, self.weights(columns, WIDTH, scale=0.02)))
        hidden = self.node("Mul", hidden, gate)
        mean = self.node("ReduceMean", hidden, axes=[1], keepdims=0)
        half = self.constant(0.5)
        after = self.node("Mul", self.node("Add", before, mean), half)
        return self.node("Add", hidden, self.reshape(before, -1, 1, WIDTH)), after

    def scores(self, hidden: str, tokens: int, blank: int, blank_lead: float, unsaid: Sequence[int] = ()) -> str:
        """Log probabilities over the tokens, with a lead for the blank so that it is the commonest."""
        bias = np.zeros(tokens, np.float32)
        bias[blank] = blank_lead
        bias[list(unsaid)] = -30
        logits = self.node("MatMul", hidden, self.weights(WIDTH, tokens, scale=2.0))
        return self.node("LogSoftmax", self.node("Add", logits, self.constant(bias)), axis=-1)


def write_tokens(folder: Path, tokens: Sequence[str]) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{token} {number}\n" for number, token in enumerate(tokens)]
    (folder / "tokens.txt").write_text("".join(lines), encoding="utf-8")
    return len(tokens)


def make_zipformer(folder: Path, seed: int = 26, suffix: str = "epoch-99-avg-1") -> Path:
    """A streaming zipformer transducer, as sherpa-onnx-streaming-zipformer-korean-2024-06-16 is laid out."""
    tokens = write_tokens(folder, ["<blk>", "<sos/eos>", "<unk>", *PIECES])
    _zipformer_encoder(folder / f"encoder-{suffix}.onnx", seed)

    decoder = _Graph(seed + 1)
    history = decoder.input("y", INT64, ["N", 2])
    history = decoder.node("Max", history, decoder.constant(0, np.int64))
    embedded = decoder.node("Gather", decoder.weights(tokens, WIDTH, scale=0.5), history)
    decoder.output(decoder.node("ReduceMean", embedded, axes=[1], keepdims=0), "decoder_out", FLOAT, ["N", WIDTH])
    decoder.write(folder / f"decoder-{suffix}.onnx", {"context_size": 2, "vocab_size": tokens})

    joiner = _Graph(seed + 2)
    sound = joiner.input("encoder_out", FLOAT, ["N", WIDTH])
    text = joiner.input("decoder_out", FLOAT, ["N", WIDTH])
    both = joiner.node("Tanh", joiner.node("Add", sound, text))
    joiner.output(joiner.scores(both, tokens, blank=0, blank_lead=9.0, unsaid=(1, 2)), "logit", FLOAT, ["N", tokens])
    joiner.write(folder / f"joiner-{suffix}.onnx", {"joiner_dim": WIDTH})
    (folder / "bpe.model").write_bytes(b"")
    return folder


def _zipformer_encoder(path: Path, seed: int) -> None:
    """39 frames in, of which 32 are new; two stacks of one layer; seven kinds of state each."""
    graph, stacks = _Graph(seed), (0, 1)
    sound = graph.input("x", FLOAT, ["N", 39, BANDS])
    lengths = [graph.input(f"cached_len_{stack}", INT64, [1, "N"]) for stack in stacks]
    averages = [graph.input(f"cached_avg_{stack}", FLOAT, [1, "N", WIDTH]) for stack in stacks]
    start, end, axis = (graph.constant([number], np.int64) for number in (0, 32, 1))
    frames = graph.reshape(graph.node("Slice", sound, start, end, axis), -1, 8, 4 * BANDS)
    hidden, after = graph.layer(frames, 4 * BANDS, graph.reshape(averages[0], -1, WIDTH))
    graph.output(hidden, "encoder_out", FLOAT, ["N", 8, WIDTH])
    for length in lengths:
        graph.output(graph.node("Add", length, graph.constant(8, np.int64)), f"new_{length}", INT64, [1, "N"])
    graph.output(graph.reshape(after, 1, -1, WIDTH), "new_cached_avg_0", FLOAT, [1, "N", WIDTH])
    graph.output(averages[1], "new_cached_avg_1", FLOAT, [1, "N", WIDTH])
    for kind, shape in (
        ("key", [1, 16, "N", 8]),
        ("val", [1, 16, "N", 4]),
        ("val2", [1, 16, "N", 4]),
        ("conv1", [1, "N", WIDTH, 4]),
        ("conv2", [1, "N", WIDTH, 4]),
    ):
        for stack in stacks:
            graph.through(f"cached_{kind}_{stack}", FLOAT, shape)
    graph.write(path, {
        "model_type": "zipformer", "version": 1, "T": 39, "decode_chunk_len": 32,
        "encoder_dims": f"{WIDTH},{WIDTH}", "attention_dims": "8,8", "num_encoder_layers": "1,1",
        "cnn_module_kernels": "5,5", "left_context_len": "16,16",
    })  # fmt: skip


def make_zipformer2_ctc(folder: Path, seed: int = 22) -> Path:
    """A streaming zipformer2 with a CTC head: one layer, six states, the embedding's and the length processed."""
    tokens = write_tokens(folder, ["<blk>", "<sos/eos>", "<unk>", *PIECES])
    graph = _Graph(seed)
    sound = graph.input("x", FLOAT, ["N", 45, BANDS])
    graph_states = [
        ("cached_key_0", [16, "N", 8]),
        ("cached_nonlin_attn_0", [1, "N", 16, 3 * WIDTH // 4]),
        ("cached_val1_0", [16, "N", 8]),
        ("cached_val2_0", [16, "N", 8]),
        ("cached_conv1_0", ["N", WIDTH, 2]),
        ("cached_conv2_0", ["N", WIDTH, 2]),
        ("embed_states", ["N", 128, 3, 19]),
    ]
    names = [graph.input(name, FLOAT, shape) for name, shape in graph_states]
    lengths = graph.input("processed_lens", INT64, ["N"])
    start, end, axis, last = (graph.constant([number], np.int64) for number in (0, 32, 1, 2))
    frames = graph.reshape(graph.node("Slice", sound, start, end, axis), -1, 8, 4 * BANDS)
    before = graph.reshape(graph.node("Slice", names[4], start, axis, last), -1, WIDTH)
    hidden, after = graph.layer(frames, 4 * BANDS, before)
    scores = graph.scores(hidden, tokens, blank=0, blank_lead=5.0, unsaid=(1, 2))
    graph.output(scores, "log_probs", FLOAT, ["N", 8, tokens])
    for name, shape in graph_states:
        kept = name
        if name == names[4]:
            kept = graph.node("Expand", graph.reshape(after, -1, WIDTH, 1), graph.constant([1, 1, 2], np.int64))
        graph.output(kept, f"new_{name}", FLOAT, shape)
    graph.output(graph.node("Add", lengths, graph.constant(8, np.int64)), "new_processed_lens", INT64, ["N"])
    graph.write(folder / "model.onnx", {
        "model_type": "zipformer2", "version": 1, "T": 45, "decode_chunk_len": 32, "encoder_dims": WIDTH,
        "query_head_dims": 4, "value_head_dims": 4, "num_heads": 2, "num_encoder_layers": 1,
        "cnn_module_kernels": 5, "left_context_len": 16,
    })  # fmt: skip
    return folder


def make_nemo_ctc(folder: Path, seed: int = 64) -> Path:
    """A cache-aware streaming FastConformer with a CTC head: 80 ms a frame, the blank last."""
    tokens = write_tokens(folder, [*PIECES, "<blk>"])
    graph = _Graph(seed)
    sound = graph.input("audio_signal", FLOAT, ["B", BANDS, 40])
    graph.input("length", INT64, ["B"])
    channel = graph.input("cache_last_channel", FLOAT, ["B", 1, 4, WIDTH])
    graph.input("cache_last_time", FLOAT, ["B", 1, WIDTH, 4])
    graph.input("cache_last_channel_len", INT64, ["B"])
    frames = graph.reshape(graph.node("Transpose", sound, perm=[0, 2, 1]), -1, 5, 8 * BANDS)
    before = graph.node("ReduceMean", channel, axes=[1, 2], keepdims=0)
    hidden, after = graph.layer(frames, 8 * BANDS, before)
    graph.output(graph.scores(hidden, tokens, tokens - 1, blank_lead=4.0), "logprobs", FLOAT, ["B", 5, tokens])
    graph.output("length", "encoded_lengths", INT64, ["B"])
    wide = graph.node("Expand", graph.reshape(after, -1, 1, 1, WIDTH), graph.constant([1, 1, 4, 1], np.int64))
    graph.output(wide, "cache_last_channel_next", FLOAT, ["B", 1, 4, WIDTH])
    graph.output("cache_last_time", "cache_last_time_next", FLOAT, ["B", 1, WIDTH, 4])
    graph.output("cache_last_channel_len", "cache_last_channel_next_len", INT64, ["B"])
    graph.write(folder / "model.onnx", {
        "model_type": "EncDecHybridRNNTCTCBPEModel", "window_size": 40, "chunk_shift": 40, "subsampling_factor": 8,
        "vocab_size": tokens - 1, "normalize_type": "", "cache_last_channel_dim1": 1, "cache_last_channel_dim2": 4,
        "cache_last_channel_dim3": WIDTH, "cache_last_time_dim1": 1, "cache_last_time_dim2": WIDTH,
        "cache_last_time_dim3": 4,
    })  # fmt: skip
    return folder


def make_t_one(folder: Path, seed: int = 13) -> Path:
    """T-one's form: 300 ms of raw 8 kHz samples in, ten frames out, one float16 state; letters and a space token."""
    tokens = write_tokens(folder, [*"가나다라마바사아자차", "▁", "<blk>"])
    graph = _Graph(seed)
    sound = graph.input("signal", INT32, ["B", 2400, 1])
    state = graph.input("state", HALF, ["B", WIDTH])
    scaled = graph.node("Mul", graph.node("Cast", sound, to=FLOAT), graph.constant(1 / 400))
    hidden, after = graph.layer(graph.reshape(scaled, -1, 10, 240), 240, graph.node("Cast", state, to=FLOAT))
    graph.output(graph.scores(hidden, tokens, tokens - 1, blank_lead=0.5), "logprobs", FLOAT, ["B", 10, tokens])
    graph.output(graph.node("Cast", after, to=HALF), "state_next", HALF, ["B", WIDTH])
    graph.write(folder / "model.onnx", {"frame_length_ms": 300, "state_dim": WIDTH, "sample_rate": 8000})
    return folder


def make_paraformer(folder: Path, seed: int = 17) -> Path:
    """A streaming paraformer: characters, no times and no probabilities."""
    tokens = write_tokens(folder, ["<blank>", "<s>", "</s>", *"가나다라마바사아자차", "<unk>"])
    stretch = 7 * BANDS
    encoder = _Graph(seed)
    sound = encoder.input("speech", FLOAT, [1, "T", stretch])
    length = encoder.input("speech_lengths", INT32, [1])
    hidden = encoder.node("Tanh", encoder.node("MatMul", sound, encoder.weights(stretch, WIDTH, scale=0.05)))
    encoder.output(hidden, "enc", FLOAT, [1, "T", WIDTH])
    encoder.output(length, "enc_len", INT32, [1])
    weights = encoder.node("MatMul", hidden, encoder.weights(WIDTH, 1, scale=0.5))
    alphas = encoder.node("Sigmoid", encoder.reshape(weights, 1, -1))
    encoder.output(alphas, "alphas", FLOAT, [1, "T"])
    encoder.write(folder / "encoder.onnx", {
        "vocab_size": tokens, "lfr_window_size": 7, "lfr_window_shift": 6, "encoder_output_size": WIDTH,
        "decoder_num_blocks": 1, "decoder_kernel_size": 3,
        "neg_mean": ",".join(["-8"] * stretch), "inv_stddev": ",".join(["0.2"] * stretch),
    })  # fmt: skip

    decoder = _Graph(seed + 1)
    decoder.input("enc", FLOAT, [1, "T", WIDTH])
    decoder.input("enc_len", INT32, [1])
    embedded = decoder.input("acoustic_embeds", FLOAT, [1, "M", WIDTH])
    decoder.input("acoustic_embeds_len", INT32, [1])
    cache = decoder.input("in_cache_0", FLOAT, [1, WIDTH, 2])
    logits = decoder.node("MatMul", embedded, decoder.weights(WIDTH, tokens, scale=2.0))
    letters = np.full(tokens, -30, np.float32)
    letters[3:-1] = 0
    logits = decoder.node("Add", logits, decoder.constant(letters))
    decoder.output(logits, "logits", FLOAT, [1, "M", tokens])
    decoder.output(decoder.node("ArgMax", logits, axis=-1, keepdims=0), "sample_ids", INT64, [1, "M"])
    decoder.output(cache, "out_cache_0", FLOAT, [1, WIDTH, 2])
    decoder.write(folder / "decoder.onnx", {})
    return folder
