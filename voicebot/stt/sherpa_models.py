"""Which streaming model of sherpa-onnx a folder holds, told by its files, and whether sherpa-onnx can load it.

sherpa-onnx ends the whole process where the metadata it wants is missing, so everything is looked at before.
"""

from dataclasses import dataclass
from pathlib import Path

from voicebot.stt import onnx_file
from voicebot.stt.missing import ModelFolder
from voicebot.stt.recognizer import RecognizerUnavailable

_ZIPFORMER = ["encoder_dims", "num_encoder_layers", "cnn_module_kernels", "left_context_len", "T", "decode_chunk_len"]
_ZIPFORMER2 = [*_ZIPFORMER, "query_head_dims", "value_head_dims", "num_heads"]
_TRANSDUCERS = {"zipformer": [*_ZIPFORMER, "attention_dims"], "zipformer2": _ZIPFORMER2}
_NEMO = ["window_size", "chunk_shift", "subsampling_factor", "vocab_size"]
_NEMO += [f"cache_last_{what}_dim{number}" for what in ("channel", "time") for number in (1, 2, 3)]
_T_ONE = ["frame_length_ms", "state_dim", "sample_rate"]
_CTC = {"zipformer2_ctc": _ZIPFORMER2, "nemo_ctc": _NEMO, "t_one_ctc": _T_ONE}
_PARAFORMER = ["vocab_size", "lfr_window_size", "lfr_window_shift", "encoder_output_size"]
_PARAFORMER += ["decoder_num_blocks", "decoder_kernel_size", "neg_mean", "inv_stddev"]
_KNOWN = "zipformer and zipformer2 transducers, zipformer2 CTC, NeMo CTC, T-one and paraformer are run"
_BLANKS = ("<blk>", "<eps>", "<blank>")
_COUNTED_FRAME_MS = 40  # what sherpa-onnx takes a frame of these models for


@dataclass(frozen=True, slots=True)
class StreamingModel:
    """A whole model: ``kind`` is the suffix of sherpa-onnx's factory, ``files`` are its keyword arguments."""

    kind: str
    files: dict[str, Path]
    rate_hz: int = 16_000
    lead_ms: int = 0  # silence the model wants before the first sample
    time_scale: float = 1.0  # sherpa-onnx's token times times this are true ones


def streaming_model(folder: ModelFolder) -> StreamingModel:
    """The model in the folder, int8 before float where there are both; raises :class:`RecognizerUnavailable`."""
    tokens = folder.file("tokens.txt")
    encoders = _onnx(folder, "encoder")
    if encoders and _onnx(folder, "joiner"):
        return _transducer(folder, tokens)
    if encoders and _onnx(folder, "decoder") and "vocab_size" in _metadata(folder, encoders[0]):
        return _paraformer(folder, tokens)
    if encoders or _onnx(folder, "decoder") or _onnx(folder, "joiner"):
        missing = next(part for part in ("encoder", "decoder", "joiner") if not _onnx(folder, part))
        raise folder.unusable(f"no {missing}*.onnx in {folder.path}/")
    return _ctc(folder, tokens)


def _transducer(folder: ModelFolder, tokens: Path) -> StreamingModel:
    if not _onnx(folder, "decoder"):
        raise folder.unusable(f"no decoder*.onnx in {folder.path}/")
    # The decoder is an embedding: int8 saves no time there and costs exactness.
    files = {
        "encoder": _onnx(folder, "encoder")[0],
        "decoder": _onnx(folder, "decoder")[-1],
        "joiner": _onnx(folder, "joiner")[0],
    }
    encoder, decoder = _metadata(folder, files["encoder"]), _metadata(folder, files["decoder"])
    _metadata(folder, files["joiner"])
    kind = encoder.get("model_type", "")
    if kind not in _TRANSDUCERS:
        raise _not_run(folder, files["encoder"])
    _require(folder, files["encoder"], encoder, _TRANSDUCERS[kind])
    _require(folder, files["decoder"], decoder, ["vocab_size", "context_size"])
    _check_tokens(folder, tokens, int(decoder["vocab_size"]))
    return StreamingModel("transducer", files)


def _paraformer(folder: ModelFolder, tokens: Path) -> StreamingModel:
    files = {part: _onnx(folder, part)[0] for part in ("encoder", "decoder")}
    encoder = _metadata(folder, files["encoder"])
    _metadata(folder, files["decoder"])
    _require(folder, files["encoder"], encoder, _PARAFORMER)
    _check_tokens(folder, tokens, int(encoder["vocab_size"]))
    return StreamingModel("paraformer", files)


def _ctc(folder: ModelFolder, tokens: Path) -> StreamingModel:
    models = _onnx(folder, "model") or _onnx(folder, "")
    if not models:
        raise folder.unusable(f"no *.onnx in {folder.path}/")
    model, facts = models[0], _metadata(folder, models[0])
    kind = next((kind for kind, keys in _CTC.items() if all(facts.get(key) for key in keys)), None)
    if kind is None:
        raise _not_run(folder, model)
    symbols = _check_tokens(folder, tokens, int(facts["vocab_size"]) + 1 if kind == "nemo_ctc" else 1)
    if not any(blank in symbols for blank in _BLANKS):
        raise folder.unusable(f"{tokens.name} in {folder.path}/ has no blank, so it is cut short or another model's")
    if kind == "t_one_ctc":
        return StreamingModel(kind, {"model": model}, int(facts["sample_rate"]), int(facts["frame_length_ms"]))
    frame_ms = 10 * int(facts["subsampling_factor"]) if kind == "nemo_ctc" else _COUNTED_FRAME_MS
    return StreamingModel(kind, {"model": model}, time_scale=frame_ms / _COUNTED_FRAME_MS)


def _onnx(folder: ModelFolder, part: str) -> list[Path]:
    """The ONNX files whose name begins with ``part`` or has it after a dash, int8 first, then the newest by name."""
    found = [path for path in folder.path.glob("*.onnx") if path.name.startswith(part) or f"-{part}" in path.name]
    by_name = sorted(found, key=lambda path: path.name, reverse=True)
    return sorted(by_name, key=lambda path: "int8" not in path.name)


def _metadata(folder: ModelFolder, path: Path) -> dict[str, str]:
    try:
        return onnx_file.metadata(path)
    except onnx_file.DamagedFile as error:
        raise folder.unusable(f"{path.name} in {folder.path}/ {error}") from error


def _require(folder: ModelFolder, path: Path, facts: dict[str, str], keys: list[str]) -> None:
    lacking = [key for key in keys if not facts.get(key)]
    if lacking:
        fact = f"{path.name} in {folder.path}/ says nothing of {lacking[0]}, so it is not a streaming model"
        raise RecognizerUnavailable(f"{fact}: choose a folder named sherpa-onnx-streaming-...")


def _not_run(folder: ModelFolder, path: Path) -> RecognizerUnavailable:
    return RecognizerUnavailable(f"{path.name} in {folder.path}/ is of a kind this product does not know: {_KNOWN}")


def _check_tokens(folder: ModelFolder, path: Path, at_least: int) -> set[str]:
    """The symbols of tokens.txt, which numbers them from 0; sherpa-onnx finds a missing one only when it is said."""
    symbols, numbers = set(), []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        *symbol, number = line.split() or [""]
        symbols.add(symbol[0] if symbol else " ")
        numbers.append(int(number) if number.isdecimal() else -1)
    if sorted(numbers) != list(range(len(numbers))) or len(numbers) < at_least:
        fact = f"lists {len(numbers)} tokens, not 0 to {at_least - 1} and more, so it is cut short or another model's"
        raise folder.unusable(f"{path.name} in {folder.path}/ {fact}")
    return symbols
