from pathlib import Path

import onnx
import pytest

from tests.models.sherpa import make_nemo_ctc
from voicebot.stt.onnx_file import DamagedFile, metadata


def test_the_metadata_is_what_onnx_itself_reads(tmp_path: Path) -> None:
    path = make_nemo_ctc(tmp_path) / "model.onnx"
    assert metadata(path) == {entry.key: entry.value for entry in onnx.load(path).metadata_props}
    assert metadata(path)["subsampling_factor"] == "8"


def test_a_file_cut_anywhere_is_found_or_has_lost_metadata_alone(tmp_path: Path) -> None:
    path = make_nemo_ctc(tmp_path) / "model.onnx"
    whole, facts = path.read_bytes(), metadata(path)
    found = 0
    for length in range(0, len(whole), 499):
        path.write_bytes(whole[:length])
        try:
            # A cut between two fields after the network leaves a file that is shorter, not broken.
            assert metadata(path).items() < facts.items()
        except DamagedFile:
            found += 1
    assert found > 0.9 * len(range(0, len(whole), 499))


@pytest.mark.parametrize(
    "content", [b"", b"<html>404 Not Found</html>", b"version https://git-lfs.github.com/spec/v1\n"]
)
def test_what_is_no_onnx_file_is_said(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(DamagedFile, match=r"is not an ONNX model|is cut short"):
        metadata(tmp_path / "model.onnx")
