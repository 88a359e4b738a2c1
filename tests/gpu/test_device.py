import sys
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest

from gpu import device


def test_the_cpu_is_always_there() -> None:
    chosen = device.choose("cpu")
    assert (chosen.kind, chosen.is_gpu) == ("cpu", False)
    assert chosen.cores >= 1


def test_auto_takes_the_gpu_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_cuda_name", lambda: "NVIDIA H200")
    assert device.choose().name == "NVIDIA H200"
    monkeypatch.setattr(device, "_cuda_name", lambda: None)
    assert device.choose().kind == "cpu"
    with pytest.raises(RuntimeError, match="no CUDA device"):
        device.choose("cuda")


def test_a_driver_too_old_for_a_library_means_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_old() -> NoReturn:
        raise RuntimeError("CUDA driver version is insufficient for CUDA runtime version")

    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=SimpleNamespace(is_available=too_old)))
    monkeypatch.setitem(sys.modules, "ctranslate2", SimpleNamespace(get_cuda_device_count=too_old))
    assert device.choose().kind == "cpu"


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with three GPUs whose driver can be asked; its ``/dev`` is in the folder."""
    proc = tmp_path / "proc"
    for number in range(3):
        (proc / f"0000:0{number}:00.0").mkdir(parents=True)
    (tmp_path / "dev").mkdir()
    monkeypatch.setattr(device, "_PROC", proc)
    monkeypatch.setattr(device, "_DEV", tmp_path / "dev")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("visible", "count"),
    [
        (None, 3),
        ("0,1", 2),
        ("2", 1),
        ("GPU-8932f937,GPU-72ab0c44", 2),
        ("", 0),
        ("-1", 0),
        ("0,-1,1", 1),
        ("0,0,1,2", 3),
    ],
)
def test_gpus_are_those_that_may_be_used(
    gpus: Path, monkeypatch: pytest.MonkeyPatch, visible: str | None, count: int
) -> None:
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert device.gpu_count() == count


def test_a_container_may_see_the_devices_alone(gpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_PROC", gpus / "none")
    assert device.gpu_count() == 0
    for name in ("nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm", "null"):
        (gpus / "dev" / name).touch()
    assert device.gpu_count() == 2
