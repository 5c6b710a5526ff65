"""The closed verbs that a mapping may `use` on a text cell, one expression each."""

import html
import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from warehouse.sources.fields import Verb
from warehouse.sources.permalinks import canonical_url, id_of_url, parent_of_url, platform_of_url

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

DAMAGED_NUMBER = r"^\d[.,]\d+[eE]\+?\d+$|^\d[eE]\+\d+$"
_LINE_END = re.compile(r"<br\b|</(p|div|li|h[1-6]|tr|blockquote)\b", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n{3,}")
_LITTLE_TEXT = re.compile(r"\{hashtag\|\\?#\|([^{}|]+)\}|@\[([^\]]+)\] ?\(urn:[^)]*\)")
_LITTLE_ESCAPE = re.compile(r"\\([\\|{}@\[\]()<>#*_~])")
_SIGNATURE = (
    r"(?ims)\n[ \t]*(?:--[ \t]*$|(?:met )?(?:vriendelijke|hartelijke) groet|m\.?v\.?g\.?\b|hoogachtend|"
    r"(?:verzonden|verstuurd) vanaf mijn|sent from my|groet(?:en|jes)?[,.!]?[ \t]*(?:\n|$)).*\z"
)


def applied(cell: pl.Expr, verb: Verb) -> pl.Expr:
    """`cell` (String) after one verb."""
    if verb in _BY_TEXT:
        return cell.map_elements(_BY_TEXT[verb], return_dtype=pl.String(), skip_nulls=True)
    match verb:
        case "trim":
            return cell.str.strip_chars()
        case "casefold":
            return cell.str.to_lowercase()
        case "nfc":
            return cell.str.normalize("NFC")
        case "undo_apostrophe":
            return cell.str.replace(r"^'([=+\-@])", "$1")
        case "drop_signature":
            return cell.str.replace(_SIGNATURE, "")
        case _:
            return pl.when(~cell.str.contains(DAMAGED_NUMBER)).then(cell)


def _fix_encoding(text: str) -> str:
    import ftfy

    return ftfy.fix_encoding(text)


def _latin1_utf8(text: str) -> str:
    """Undo UTF-8 bytes that were written as Latin-1 letters; text that was right stays."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def _strip_html(text: str) -> str:
    """Visible text of an HTML fragment; blocks and line breaks become line ends."""
    from selectolax.lexbor import LexborHTMLParser

    if "<" not in text:
        return html.unescape(text)
    tree = LexborHTMLParser(_LINE_END.sub(r"\n\g<0>", text))
    tree.strip_tags(["script", "style"])
    return tree.body.text(separator="").strip() if tree.body else ""


def _strip_markdown(text: str) -> str:
    """Visible text of Markdown."""
    return _BLANK_LINES.sub("\n\n", _strip_html(_markdown().render(text)).strip())


def _strip_little_text(text: str) -> str:
    """Visible text of LinkedIn's markup in posts: mentions, hashtags and escaped signs.

    learn.microsoft.com, LinkedIn Marketing, "little text format".
    """
    shown = _LITTLE_TEXT.sub(
        lambda found: f"#{found[1]}" if found[1] else f"@{found[2]}" if found[2] else found[0], text
    )
    return _LITTLE_ESCAPE.sub(r"\1", shown)


@cache
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("strikethrough")


_BY_TEXT: dict[Verb, Callable[[str], str | None]] = {
    "fix_encoding": _fix_encoding,
    "latin1_utf8": _latin1_utf8,
    "strip_html": _strip_html,
    "strip_markdown": _strip_markdown,
    "strip_little_text": _strip_little_text,
    "unescape": html.unescape,
    "canonical_url": canonical_url,
    "platform_from_url": platform_of_url,
    "id_from_url": id_of_url,
    "parent_from_url": parent_of_url,
}
