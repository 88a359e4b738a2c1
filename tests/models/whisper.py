"""A random-weight Whisper in CTranslate2's format: real layers, tokenizer and loading, no knowledge of any language.

Its vocabulary is a handful of Korean words beside the byte tokens and the special tokens of the real one. Biases keep
the decoder to the words, and a ramp in its position encodings brings the end token after a few of them, so that it
writes short sentences that depend on the sound, the same on every machine.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tokenizers
from ctranslate2.specs import WhisperSpec

WORDS = ["배송", "조회", "주문", "취소", "환불", "문의", "카드", "결제", "해지", "상담", "예약", "변경", "확인", "주소"]
WORDS += ["번호", "신청", "요금", "가입", "이사", "분실"]
LANGUAGES = ["<|en|>", "<|ko|>", *(f"<|language{index}|>" for index in range(2, 99))]
SPECIALS = ["<|endoftext|>", "<|startoftranscript|>", *LANGUAGES, "<|translate|>", "<|transcribe|>"]
SPECIALS += ["<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
TIMESTAMPS = [f"<|{index * 0.02:.2f}|>" for index in range(1501)]
MULTILINGUAL_SIZE, MULTILINGUAL_SIGN = 51_865, ""  # by the one or the other CTranslate2 knows the multilingual Whisper
WIDTH, HEADS, POSITIONS, TEXT_POSITIONS = 16, 2, 1500, 448


def make_whisper(folder: Path, seed: int = 7, multilingual: bool = True, mels: int = 80) -> Path:
    """Writes ``model.bin``, ``config.json``, ``vocabulary.json`` and ``tokenizer.json``; gives the folder back."""
    folder.mkdir(parents=True, exist_ok=True)
    tokens = _vocabulary() if multilingual else [token for token in _vocabulary() if token != MULTILINGUAL_SIGN]
    spec = WhisperSpec(1, HEADS, 1, HEADS)
    _fill(spec, tokens, mels, np.random.default_rng(seed))
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = [tokens.index(language) for language in LANGUAGES]
    spec.config.alignment_heads = [[0, head] for head in range(HEADS)]
    spec.validate()
    spec.save(str(folder))
    _write_tokenizer(folder / "tokenizer.json", tokens)
    return folder


def _in_bytes(word: str) -> str:
    """A word after a space, as byte-level tokenizers write its bytes."""
    to_bytes = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return str(to_bytes.pre_tokenize_str(f" {word}")[0][0])


def _vocabulary() -> list[str]:
    words = [_in_bytes(word) for word in WORDS]
    plain = [*sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet()), *words, MULTILINGUAL_SIGN]
    fill = [f"fill{index}" for index in range(MULTILINGUAL_SIZE - len(plain) - len(SPECIALS) - len(TIMESTAMPS))]
    return [*fill, *plain, *SPECIALS, *TIMESTAMPS]


def _write_tokenizer(path: Path, tokens: list[str]) -> None:
    plain = tokens[: tokens.index(SPECIALS[0])]
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE({token: index for index, token in enumerate(plain)}, []))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    tokenizer.add_special_tokens([*SPECIALS, *TIMESTAMPS])
    path.write_text(json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False), encoding="utf-8")


def _fill(spec: WhisperSpec, tokens: list[str], mels: int, random: np.random.Generator) -> None:
    def weights(*shape: int, scale: float | None = None) -> npt.NDArray[np.float32]:
        return (random.standard_normal(shape) * (scale or shape[-1] ** -0.5)).astype(np.float32)

    def linear(layer: Any, rows: int, columns: int, scale: float | None = None) -> None:
        layer.weight, layer.bias = weights(rows, columns, scale=scale), np.zeros(rows, np.float32)

    def norm(layer: Any) -> None:
        layer.gamma, layer.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)

    def self_attention(layer: Any) -> None:
        norm(layer.layer_norm)
        linear(layer.linear[0], 3 * WIDTH, WIDTH)
        linear(layer.linear[1], WIDTH, WIDTH)

    def feed_forward(layer: Any) -> None:
        norm(layer.layer_norm)
        linear(layer.linear_0, 2 * WIDTH, WIDTH)
        linear(layer.linear_1, WIDTH, 2 * WIDTH)

    encoder, decoder = spec.encoder, spec.decoder
    encoder.conv1.weight, encoder.conv1.bias = weights(WIDTH, mels, 3, scale=0.1), np.zeros(WIDTH, np.float32)
    encoder.conv2.weight, encoder.conv2.bias = weights(WIDTH, WIDTH, 3, scale=0.2), np.zeros(WIDTH, np.float32)
    encoder.position_encodings.encodings = weights(POSITIONS, WIDTH, scale=0.1)
    norm(encoder.layer_norm)
    for layer in encoder.layer:
        self_attention(layer.self_attention)
        feed_forward(layer.ffn)

    decoder.embeddings.weight = weights(len(tokens), WIDTH, scale=0.3)
    decoder.position_encodings.encodings = weights(TEXT_POSITIONS, WIDTH, scale=0.7)
    decoder.position_encodings.encodings[:, 0] = np.linspace(0, 2 * TEXT_POSITIONS, TEXT_POSITIONS) / 4
    norm(decoder.layer_norm)
    for layer in decoder.layer:
        self_attention(layer.self_attention)
        norm(layer.attention.layer_norm)
        linear(layer.attention.linear[0], WIDTH, WIDTH, scale=1.0)
        linear(layer.attention.linear[1], 2 * WIDTH, WIDTH, scale=1.0)
        linear(layer.attention.linear[2], WIDTH, WIDTH, scale=1.0)
        feed_forward(layer.ffn)

    end = tokens.index("<|endoftext|>")
    first = tokens.index(_in_bytes(WORDS[0]))
    words = slice(first, first + len(WORDS))
    projection = weights(len(tokens), WIDTH, scale=1.0)
    projection[:, 0] = 0
    projection[end] = 0
    projection[end, 0] = 4
    bias = np.full(len(tokens), -30, np.float32)
    bias[words], bias[end] = 0, -4
    decoder.projection.weight, decoder.projection.bias = projection, bias
