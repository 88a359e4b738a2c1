"""A service's folder is its own: nobody else reads it, no second service uses it."""

import os

import pytest

from aicc.service.data_folder import DataFolderUnusable, held


def test_it_is_made_for_its_owner_alone(tmp_path):
    with held(tmp_path / "new" / "data") as data:
        assert data == tmp_path / "new" / "data"
        for folder in (data, data / "run", data / "calls"):
            assert folder.stat().st_mode & 0o777 == 0o700


def test_a_second_service_is_told_who_has_it(tmp_path):
    taken = rf"is in use by another service \(process {os.getpid()}\): end that one, or choose another --data"
    with held(tmp_path), pytest.raises(DataFolderUnusable, match=taken), held(tmp_path):
        pass
    with held(tmp_path):  # free again
        pass


def test_where_nothing_can_be_kept(tmp_path):
    (tmp_path / "file").touch()
    no_folder = "cannot be written: not a directory: choose another --data"
    with pytest.raises(DataFolderUnusable, match=no_folder), held(tmp_path / "file" / "data"):
        pass
    too_long = "too long a name for the sockets in it"
    with pytest.raises(DataFolderUnusable, match=too_long), held(tmp_path / ("x" * 100)):
        pass
