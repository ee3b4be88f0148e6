"""Text to HTML that cannot run: every text of a user or a document passes through here before it reaches `gr.HTML`."""

import html
import re

_TEMPLATE = str.maketrans({"$": "&#36;", "{": "&#123;", "}": "&#125;", "`": "&#96;"})
_LINK = re.compile(r"https://[^\s<>\"'“”]+[^\s<>\"'“”.,;:!?)\]]")


def esc(text: str) -> str:
    """Text as HTML, also inside attributes; `${…}` and `{{…}}`, which Gradio's templates run, stay letters."""
    return html.escape(text, quote=True).translate(_TEMPLATE)


def linked(text: str) -> str:
    """`esc(text)` with its https addresses as links that open a new tab and tell it nothing about this page."""
    parts, end = [], 0
    for match in _LINK.finditer(text):
        parts += [esc(text[end : match.start()]), link(match[0], match[0])]
        end = match.end()
    return "".join([*parts, esc(text[end:])])


def link(url: str, text: str) -> str:
    """A link to an https address; any other address becomes plain text."""
    if not url.startswith("https://"):
        return esc(text)
    return f'<a href="{esc(url)}" target="_blank" rel="noopener noreferrer">{esc(text)}</a>'


def tag(name: str, content: str, css: str = "") -> str:
    """An element around HTML; nothing for no content."""
    attribute = f' class="{css}"' if css else ""
    return f"<{name}{attribute}>{content}</{name}>" if content else ""


def plural(count: int, one: str, many: str = "") -> str:
    """A number and its noun: "1 note", "2 notes"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
