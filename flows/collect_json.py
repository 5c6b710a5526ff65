"""A page as JSON, and a page without the token that the server wrote in it."""

import json
import re
from urllib.parse import quote, quote_plus

_IN_ADDRESS = re.compile(rb"""access_token(?:=|%3[Dd])[^&"'\\\s]*(?:&|\\u0026)?""")


def parsed(content: bytes) -> object:
    """The JSON document, or None when it is something else."""
    try:
        document: object = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return document


def without_token(content: bytes, token: str | None) -> bytes:
    """The page as it came, but for the token in links to other pages."""
    content = _IN_ADDRESS.sub(b"", content)
    written = {token, quote(token, safe=""), quote_plus(token)} if token else set()
    for form in sorted(written, key=len, reverse=True):
        content = content.replace(form.encode(), b"")
    return content
