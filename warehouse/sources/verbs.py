"""The closed verbs that a mapping may `use` on a text cell, one expression each."""

import html
import re
import unicodedata
from collections.abc import Callable

import polars as pl

from warehouse.sources.fields import Verb


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


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


_BY_TEXT: dict[Verb, Callable[[str], str]] = {
    "fix_encoding": _fix_encoding,
    "latin1_utf8": _latin1_utf8,
    "strip_html": _strip_html,
    "unescape": html.unescape,
    "nfc": _nfc,
}
_LINE_END = re.compile(r"<br\b|</(p|div|li|h[1-6]|tr|blockquote)\b", re.IGNORECASE)
_TRACKING = r"([?&])(?:(?:utm_[a-z_]+|fbclid|gclid|igshid)=[^&#]*&?)+"
DAMAGED_NUMBER = r"^\d[.,]\d+[eE]\+?\d+$|^\d[eE]\+\d+$"


def applied(cell: pl.Expr, verb: Verb) -> pl.Expr:
    """`cell` (String) after one verb."""
    if verb in _BY_TEXT:
        return cell.map_elements(_BY_TEXT[verb], return_dtype=pl.String(), skip_nulls=True)
    match verb:
        case "trim":
            return cell.str.strip_chars()
        case "casefold":
            return cell.str.to_lowercase()
        case "undo_apostrophe":
            return cell.str.replace(r"^'([=+\-@])", "$1")
        case "canonical_url":
            return cell.str.replace_all(_TRACKING, "$1").str.replace(r"#.*$", "").str.strip_chars_end("/?&")
        case _:
            return pl.when(~cell.str.contains(DAMAGED_NUMBER)).then(cell)
