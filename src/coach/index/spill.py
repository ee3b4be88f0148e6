"""Vectors of an unfinished build on disk, so that a killed or cancelled build goes on where it stopped."""

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coach.embed import Vectors

_KEY = 32


class Spill:
    """An append-only file of (key, vector, checksum). A cut or overwritten record and all behind it are ignored."""

    def __init__(self, path: Path, dimension: int) -> None:
        self._path = path
        self._record = np.dtype([("key", f"S{_KEY}"), ("vector", "<f4", (dimension,)), ("crc", "<u4")])

    def load(self) -> dict[str, NDArray[np.float32]]:
        """What is left of an earlier build: vectors by key. Cuts off what is damaged, so that `append` can go on."""
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        size = self._record.itemsize
        records = np.frombuffer(content[: len(content) // size * size], self._record)
        sound: dict[str, NDArray[np.float32]] = {}
        for record in records:
            if record["crc"] != _crc(record["key"], record["vector"]):
                break
            sound[record["key"].decode("ascii", "replace")] = record["vector"]
        with self._path.open("r+b") as file:
            file.truncate(len(sound) * size)
        return sound

    def append(self, keys: Sequence[str], vectors: Vectors) -> None:
        """Adds vectors, shape (len(keys), dimension).

        Raises:
            OSError: the disk is full, or the folder may not be written.
        """
        records = np.empty(len(keys), self._record)
        records["key"] = [key.encode() for key in keys]
        records["vector"] = vectors
        records["crc"] = [_crc(record["key"], record["vector"]) for record in records]
        with self._path.open("ab") as file:
            file.write(records.tobytes())

    def remove(self) -> None:
        """Removes the file: the build is finished."""
        self._path.unlink(missing_ok=True)


def _crc(key: bytes, vector: NDArray[np.float32]) -> int:
    return zlib.crc32(vector.tobytes(), zlib.crc32(key))
