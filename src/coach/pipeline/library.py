"""Documents as a draft needs them: each read once for each time its file changes."""

from pathlib import Path

from coach.knowledge import read
from coach.models import AnyRequest, Document, Frame, Method, Note
from coach.settings import Settings, packaged

_FRAMES = {
    "first": "kick-off",
    "regular": "regular",
    "deep-dive": "deep-dive",
    "midpoint": "midpoint",
    "last": "closing",
    "brief": "lunch-session",
    "guide": "group-discussion",
}


class Library:
    """The knowledge folders of `settings`, and the session frames, methods and lenses of the curated collection.

    Everything it reads may raise KnowledgeError.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._read: dict[tuple[Path, str, int], Document] = {}

    def document(self, path: str) -> Document:
        """The document that a hit or citation names."""
        folders = self._settings.folders
        return self._parsed(next((folder for folder in folders if (folder / path).is_file()), folders[0]), path)

    def packaged(self, path: str) -> Document:
        """A document of the curated collection, whether it is searched or not."""
        return self._parsed(packaged("knowledge"), path)

    def frame(self, request: AnyRequest) -> Frame:
        """The session frame for a request."""
        name = _FRAMES[str(getattr(request, "session", request.artefact))]
        frame = self._note(f"mentoring-practice/frames/{name}.md").frame
        assert frame is not None
        return frame

    def methods(self, request: AnyRequest) -> tuple[Method, ...]:
        """Ways of working for the number of people in a request."""
        who = "groups" if getattr(request, "people", 2) > 2 else "pairs"
        return self._note(f"mentoring-practice/methods-{who}.md").methods

    def lenses(self) -> Note:
        """The note that describes kinds of work."""
        return self._note("mentoring-practice/lenses.md")

    def _note(self, path: str) -> Note:
        note = self.packaged(path).note
        assert note is not None
        return note

    def _parsed(self, folder: Path, path: str) -> Document:
        file = folder / path
        key = (folder, path, file.stat().st_mtime_ns if file.is_file() else 0)
        if key not in self._read:
            self._read[key] = read(folder, path)
        return self._read[key]
