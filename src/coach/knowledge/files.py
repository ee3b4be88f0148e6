"""Files of a knowledge folder to `Document`s. Markdown and text are read as they are, Word and PDF by a library each."""

import os
import re
import zipfile
from pathlib import Path

from coach.errors import KnowledgeError
from coach.knowledge.notes import front_matter, parse_note
from coach.models import Document, Frozen

SUFFIXES = (".md", ".txt", ".docx", ".pdf")
LARGEST = 20_000_000
"""Bytes of the largest file that is read: a 1,000-page text is about 3 MB."""


class FileState(Frozen):
    """What tells cheaply whether a file changed. `path` is relative to its folder."""

    path: str
    size: int
    mtime_ns: int


def scan(folder: Path) -> tuple[FileState, ...]:
    """The knowledge files below `folder`, sorted by path. Hidden files and README.md files are left out.

    Raises:
        KnowledgeError: the folder, or one inside it, is missing or may not be read.
    """
    if not folder.is_dir():
        raise KnowledgeError(f"The knowledge folder '{folder}' does not exist. Create it, or name another folder.")
    try:
        return tuple(sorted(_walk(folder, ""), key=lambda state: Path(state.path)))
    except OSError as error:
        raise KnowledgeError(
            f"'{error.filename}' cannot be read ({error.strerror}). Give read permission to it."
        ) from error


def _walk(folder: Path | str, above: str) -> list[FileState]:
    """Files of one folder and its subfolders; unlike `rglob` it does not pass over what may not be read."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                found += _walk(entry.path, f"{above}{entry.name}/")
            elif Path(entry.name).suffix.lower() in SUFFIXES and entry.name != "README.md":
                status = entry.stat()
                found.append(FileState(path=f"{above}{entry.name}", size=status.st_size, mtime_ns=status.st_mtime_ns))
    return found


def read(folder: Path, path: str) -> Document:
    """One file as text. A Markdown file whose front matter has `id` and `shelf` is parsed as a curated note.

    Raises:
        KnowledgeError: the file cannot be read, or is a note that breaks the format; the message names the mend.
    """
    file = folder / path
    suffix = file.suffix.lower()
    pages: tuple[int, ...] = ()
    try:
        if file.stat().st_size > LARGEST:
            raise KnowledgeError(f"'{path}' is larger than {LARGEST // 1_000_000} MB. Split it into smaller files.")
        if suffix == ".docx":
            text = _word(file)
        elif suffix == ".pdf":
            text, pages = _pdf(file)
        else:
            text = _decode(file.read_bytes(), path)
    except OSError as error:
        raise KnowledgeError(f"'{path}' cannot be read ({error.strerror}). Give read permission to it.") from error
    if not text.strip():
        raise KnowledgeError(f"'{path}' holds no text (a scan?). Save it with its text recognised, or remove it.")
    if suffix == ".md":
        meta = front_matter(text)
        if meta is not None and {"id", "shelf"} <= meta.keys():
            note = parse_note(text, path)
            return Document(path=path, shelf=note.shelf, title=note.title, text=text, note=note)
    return Document(path=path, shelf=_slug(folder.name), title=_title(text, file, suffix), text=text, pages=pages)


def _decode(data: bytes, path: str) -> str:
    """Text of a file in UTF-8 (with or without a mark), else Windows-1252, with line ends made "\\n"."""
    if b"\x00" in data:
        raise KnowledgeError(f"'{path}' is not a text file. Save it as UTF-8 text, or remove it.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _word(file: Path) -> str:
    """Paragraphs and table rows of a Word file in order, one a line; headings get Markdown's marks."""
    from docx import Document as Word
    from docx.opc.exceptions import OpcError
    from docx.table import Table

    try:
        word = Word(str(file))
    except (OpcError, KeyError, ValueError, SyntaxError, zipfile.BadZipFile) as error:
        raise KnowledgeError(
            f"'{file.name}' is not a readable Word file. Open it in Word and save it again."
        ) from error
    lines = []
    for part in word.iter_inner_content():
        if isinstance(part, Table):
            lines += [" | ".join(cell.text.strip() for cell in row.cells) for row in part.rows]
        elif part.text.strip():
            level = re.fullmatch(r"Heading (\d)", part.style.name or "") if part.style else None
            lines.append("#" * int(level[1]) + " " + part.text.strip() if level else part.text.strip())
    return "\n\n".join(lines)


def _pdf(file: Path) -> tuple[str, tuple[int, ...]]:
    """Text of a PDF and the offset at which each page begins. Lines inside a paragraph are joined."""
    import logging

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is wrong with a file is said by the error below
    try:
        reader = PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            raise KnowledgeError(f"'{file.name}' is protected by a password. Save it without one, or remove it.")
        raw = [page.extract_text() for page in reader.pages]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise KnowledgeError(f"'{file.name}' is not a readable PDF. Print it to a new PDF, or remove it.") from error
    text, pages = "", []
    for page in raw:
        pages.append(len(text))
        joined = re.sub(r"(?<=\w)-\n(?=[a-z])", "", page)
        text += re.sub(r"[ \t]*\n(?!\n)(?<!\n\n)[ \t]*", " ", joined).strip() + "\n\n"
    return text, tuple(pages)


def _title(text: str, file: Path, suffix: str) -> str:
    """The first heading of a document, else its file name in words."""
    heading = re.search(r"^#{1,3} +(.+)$", text, re.MULTILINE) if suffix in (".md", ".docx") else None
    return heading[1].strip() if heading else re.sub(r"[-_]+", " ", file.stem).strip()


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "documents"
