"""Writes a new generation of the index beside the old one, which stays as it is."""

import hashlib
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coach.embed import Embedder
from coach.errors import IndexFailure
from coach.index.files import Found, Progress, Rows, indexed_text
from coach.index.home import Home, reading
from coach.index.snapshot import (
    WORDS,
    Damaged,
    Manifest,
    Passages,
    Snapshot,
    copy_vectors,
    read_manifest,
    seal,
    vectors_intact,
    write_passages,
)
from coach.index.spill import Spill
from coach.index.vectors import BATCH, VectorStore
from coach.index.words import Words

STEP = 128
"""Passages that are embedded between two calls of `Progress`, about a second on 2 cores."""
MOST_DEAD = 0.5
"""Share of deleted vectors at which Chroma's files are written anew: Chroma never uses their room again."""


def build(home: Home, found: Sequence[Found], old: Snapshot | None, embedder: Embedder, progress: Progress) -> Path:
    """Writes a generation made from the files `found` and returns its folder; the caller switches to it.

    Passages of unchanged files come from `old`; vectors of unchanged passages from the newest generation whose vectors
    are intact, or from the Chroma server, or from the index of other folders. Only the rest is parsed and embedded.

    Raises:
        IndexFailure: Chroma failed, for instance because the disk is full.
        OSError: a file could not be written, for instance because the disk is full.
    """
    old = old if old is not None and old.manifest.made == home.made else None
    generation = home.begin()
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, generation, ignore_errors=True)
        rows = Rows(found, old, progress)
        write_passages(generation, iter(rows))
        passages = Passages(generation)
        shelves = (file.shelf for file in rows.files for _ in range(file.rows))
        wanted = dict(zip(passages.vector_keys, shelves, strict=True))
        retired, dead = _Filling(home, generation, embedder, progress).fill(passages, wanted, old)
        progress("Indexing words", 0, len(passages))
        Words.build(indexed_text(passages.at(row)) for row in range(len(passages))).save(generation / WORDS)
        manifest = Manifest(
            made=home.made,
            fingerprint=_fingerprint(home.made, passages),
            started_ns=rows.started_ns,
            files=tuple(rows.files),
            retired=retired,
            dead=dead,
        )
        seal(generation, manifest)
        undo.pop_all()
    return generation


def unfinished(home: Home, embedder: Embedder) -> Spill:
    """Where a build leaves its vectors until it is finished."""
    name = hashlib.sha256(embedder.name.encode()).hexdigest()[:8]
    return Spill(home.folder / f"unfinished-{name}.vectors", embedder.dimension)


def _fingerprint(made: str, passages: Passages) -> str:
    """Sixteen hexadecimal digits that change when anything changes that can change a result."""
    rows = sorted(f"{name} {key}" for name, key in zip(passages.names, passages.vector_keys, strict=True))
    return hashlib.sha256("\n".join([made, *rows]).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class _Filling:
    """Fills the vectors of one generation."""

    home: Home
    generation: Path
    embedder: Embedder
    progress: Progress

    def fill(self, passages: Passages, wanted: Mapping[str, str], old: Snapshot | None) -> tuple[tuple[str, ...], int]:
        """Makes the store hold the vectors of `wanted`, key to shelf.

        Returns:
            Keys that only readers of the old generation need; deleted vectors that still take room.
        """
        dead = 0 if self.home.url else self._copy_base(wanted)
        with closing(self.home.store(self.generation, create=True)) as store:
            known = store.keys()
            missing = self._taken_over(store, wanted, [key for key in wanted if key not in known])
            self._add(store, passages, wanted, missing)
            if not self.home.url:
                gone = [key for key in known if key not in wanted]
                store.delete(gone)
                return (), dead + len(gone)
            # other processes may share the server: what the old generation used stays until the next build
            if old is None:
                return (), 0
            store.delete([key for key in old.manifest.retired if key in known and key not in wanted])
            return tuple(key for key in old.shelf_of_key() if key not in wanted), 0

    def _copy_base(self, wanted: Mapping[str, str]) -> int:
        """Takes over the newest intact vectors of an earlier generation; returns how many of them are dead."""
        for base in self.home.generations():
            if base == self.generation:
                continue
            try:
                manifest = read_manifest(base)
            except Damaged:
                continue
            if manifest.made != self.home.made or not vectors_intact(base):
                continue
            if manifest.dead <= MOST_DEAD * len(wanted):
                copy_vectors(base, self.generation)
                return manifest.dead
            self._copy_records(base, wanted)
            return 0
        return 0

    def _copy_records(self, base: Path, wanted: Mapping[str, str]) -> None:
        """Takes over the vectors of `wanted` one by one, and so leaves the dead ones behind."""
        with closing(self.home.store(base)) as old, closing(self.home.store(self.generation, create=True)) as new:
            self._copy(old, new, wanted, list(wanted))

    def _taken_over(self, store: VectorStore, wanted: Mapping[str, str], missing: list[str]) -> list[str]:
        """Takes over what the index of other folders has: a folder that is added costs its own passages only.

        Returns:
            The keys that are still missing.
        """
        for other in self.home.others():
            for base in other.generations() if missing else ():
                try:
                    if read_manifest(base).made != other.made:
                        continue
                    with closing(reading(base)), closing(other.store(base)) as source:
                        self._copy(source, store, wanted, missing)
                except (IndexFailure, sqlite3.Error, OSError):  # damaged, or removed meanwhile: they are embedded
                    continue
                known = store.keys()
                missing = [key for key in missing if key not in known]
                break
        return missing

    def _copy(self, source: VectorStore, store: VectorStore, wanted: Mapping[str, str], keys: Sequence[str]) -> None:
        """Adds the vectors of those `keys` that `source` has."""
        known = source.keys()
        found = [key for key in keys if key in known]
        for begin in range(0, len(found), BATCH):
            self.progress("Taking over passages", begin, len(found))
            vectors = source.get(found[begin : begin + BATCH])
            store.add({key: wanted[key] for key in vectors}, np.stack(list(vectors.values())))

    def _add(self, store: VectorStore, passages: Passages, wanted: Mapping[str, str], missing: Sequence[str]) -> None:
        """Embeds the passages of the keys `missing`, the longest first, and adds them."""
        spill = unfinished(self.home, self.embedder)
        saved = spill.load()
        ready = {key: saved[key] for key in missing if key in saved}
        rows = dict(zip(passages.vector_keys, range(len(passages)), strict=True))
        todo = sorted((key for key in missing if key not in ready), key=lambda key: -len(passages.line(rows[key])))
        for begin in range(0, len(todo), STEP):
            self.progress("Embedding passages", len(missing) - len(todo) + begin, len(missing))
            keys = todo[begin : begin + STEP]
            vectors = self.embedder.embed([indexed_text(passages.at(rows[key])) for key in keys])
            spill.append(keys, vectors)
            ready.update(zip(keys, vectors, strict=True))
            if len(ready) >= BATCH or begin + STEP >= len(todo):
                store.add({key: wanted[key] for key in ready}, np.stack(list(ready.values())))
                ready = {}
        if ready:
            store.add({key: wanted[key] for key in ready}, np.stack(list(ready.values())))
