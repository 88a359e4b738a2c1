"""A random-weight sentence embedding in ONNX, with a real tokenizer: syllables, no knowledge of any language."""

import json
from pathlib import Path
from typing import Literal

import numpy as np
import onnx
import tokenizers
from onnx import TensorProto, helper, numpy_helper

SYLLABLES = "배송비조회주문취소환불의카드결제해지상담예약변경확인는은이가을를얼마예요언제query: passage: "
WIDTH = 12

Output = Literal["tokens", "sentence", "numbers"]


def make_sentence_embedding(
    folder: Path,
    *,
    seed: int = 3,
    output: Output = "tokens",
    type_ids: bool = True,
    pooling: Literal["mean", "cls"] | None = None,
    inside: str = "",
) -> Path:
    """Writes ``model.onnx`` and ``tokenizer.json`` into ``inside`` of the folder; gives the folder back.

    Each token's vector is that of its syllable, moved by the text's first: neither pooling gives what the other does.
    """
    place = folder / inside
    place.mkdir(parents=True, exist_ok=True)
    size = _write_tokenizer(place / "tokenizer.json")
    _write_model(place / "model.onnx", size, np.random.default_rng(seed), output, type_ids)
    if pooling:
        (folder / "1_Pooling").mkdir()
        said = {"pooling_mode_cls_token": pooling == "cls", "pooling_mode_mean_tokens": pooling == "mean"}
        (folder / "1_Pooling" / "config.json").write_text(json.dumps(said))
    return folder


def _write_tokenizer(path: Path) -> int:
    tokens = ["<s>", "<pad>", "</s>", "<unk>", *dict.fromkeys(SYLLABLES)]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Split(tokenizers.Regex("."), "isolated")
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.save(str(path))
    return len(tokens)


def _write_model(path: Path, tokens: int, random: np.random.Generator, output: Output, type_ids: bool) -> None:
    table = random.standard_normal((tokens, WIDTH)).astype(np.float32)
    constants = [numpy_helper.from_array(table, "table"), numpy_helper.from_array(np.array([1], np.int64), "one")]
    constants.append(numpy_helper.from_array(np.array([0], np.int64), "zero"))
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["looked_up"]),
        helper.make_node("Slice", ["looked_up", "zero", "one", "one"], ["first"]),
        helper.make_node("Add", ["looked_up", "first"], ["moved"]),
        helper.make_node("Tanh", ["moved"], ["last_hidden_state"]),
    ]
    inputs = ["input_ids", "attention_mask", *(["token_type_ids"] if type_ids else [])]
    outputs = [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "tokens", WIDTH])]
    if output == "sentence":
        nodes.append(helper.make_node("ReduceMax", ["last_hidden_state", "one"], ["sentence_embedding"], keepdims=0))
        outputs.append(helper.make_tensor_value_info("sentence_embedding", TensorProto.FLOAT, ["batch", WIDTH]))
    if output == "numbers":
        nodes.append(helper.make_node("ReduceSum", ["last_hidden_state"], ["sum"], keepdims=0))
        outputs = [helper.make_tensor_value_info("sum", TensorProto.FLOAT, [])]
    graph = helper.make_graph(
        nodes,
        "embedding",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in inputs],
        outputs,
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
