import sys
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
