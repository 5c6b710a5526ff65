"""Values as YAML that reads back the same, whatever a column is called."""

import json
from collections.abc import Mapping

_KEYS = frozenset({
    "from", "const", "ref", "hash_of", "join", "use", "map", "default", "prefix", "suffix", "number",
    "datetime", "formats", "tz", "secret", "optional", "thousands", "decimal", "col", "is", "in", "ends_with",
    "length_is", "field", "in_list", "scan_rows", "must_contain", "normalise", "names", "records", "explode",
    "javascript",
})  # fmt: skip


def flow(value: object) -> str:
    """A value in YAML's flow style; text always between quotes."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)}: {flow(one)}" for key, one in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(flow, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return quoted(str(value))


def quoted(text: str) -> str:
    """Text between double quotes, so that YAML reads back the same."""
    written = json.dumps(text, ensure_ascii=False)
    return "".join(sign if _printable(sign) else _escaped(sign) for sign in written)


def _key(key: object) -> str:
    """A key of the grammar or a number as it is; any other between quotes."""
    plain = isinstance(key, int) or (isinstance(key, str) and key in _KEYS)
    return str(key) if plain else quoted(str(key))


def _printable(sign: str) -> bool:
    """What YAML takes unescaped, less what steers a terminal or a line."""
    code = ord(sign)
    return 0x20 <= code <= 0x7E or (sign.isprintable() and (0xA0 <= code <= 0xD7FF or code >= 0x10000))


def _escaped(sign: str) -> str:
    code = ord(sign)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
