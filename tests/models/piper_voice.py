"""A toy voice in piper's real format: an ONNX model with random weights and the JSON that piper reads beside it.

Every phoneme is one fixed stretch of noise drawn from the seed, so it says nothing and yet has everything a voice has:
phonemes in, sound out, its duration from the phonemes' number.
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

RATE_HZ = 22_050
SAMPLES_A_PHONEME = 512
SYMBOLS = 256
METADATA = {
    "model_type": "vits",
    "comment": "piper",  # how sherpa-onnx recognizes the format
    "language": "Korean",
    "voice": "ko",
    "has_espeak": "1",
    "n_speakers": "1",
    "sample_rate": str(RATE_HZ),
}


def write_piper_voice(folder: Path, name: str = "toy", phoneme_type: str = "espeak") -> Path:
    """Writes ``NAME.onnx`` and ``NAME.onnx.json``; returns the model's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.onnx"
    onnx.save(_network(), path)
    config = {
        "audio": {"sample_rate": RATE_HZ, "quality": "x_low"},
        "espeak": {"voice": "ko"},
        "phoneme_type": phoneme_type,
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
        "num_symbols": SYMBOLS,
        "num_speakers": 1,
        "speaker_id_map": {},
        "piper_version": "1.0.0",
    }
    path.with_name(path.name + ".json").write_text(json.dumps(config), encoding="utf-8")
    return path


def write_sherpa_voice(folder: Path, metadata: dict[str, str] | None = None) -> None:
    """The same voice as sherpa-onnx packs it: metadata in the model, and ``tokens.txt`` in place of the JSON."""
    path = write_piper_voice(folder)
    model = onnx.load(path)
    helper.set_model_props(model, METADATA if metadata is None else metadata)
    onnx.save(model, path)
    lines = [f"{phoneme} {ids[0]}" for phoneme, ids in DEFAULT_PHONEME_ID_MAP.items() if len(phoneme) == 1]
    (folder / "tokens.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.with_name(path.name + ".json").unlink()


def _network() -> onnx.ModelProto:
    noise = np.random.default_rng(7).normal(0, 0.05, (SYMBOLS, SAMPLES_A_PHONEME)).astype(np.float32)
    noise[0] = 0  # the padding between phonemes is silent
    nodes = [
        helper.make_node("Gather", ["sounds", "input"], ["spoken"], axis=0),
        helper.make_node("Reshape", ["spoken", "shape"], ["output"]),
    ]
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, "samples"])]
    constants = [numpy_helper.from_array(noise, "sounds"), numpy_helper.from_array(np.array([1, 1, -1]), "shape")]
    graph = helper.make_graph(nodes, "toy_voice", inputs, outputs, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
