"""The grammar as JSON Schema, so that an editor completes a mapping and marks what does not fit.

`python -m warehouse.sources.schema` prints it; `mapping.schema.json` is what it prints.
"""

import json
import sys

from warehouse.sources.mapping import Mapping

_PARTIAL = "Partial"
_ALWAYS = ("id", "version")


def mapping_schema() -> dict[str, object]:
    """JSON Schema (draft 2020-12) of a mapping; one that extends another may leave out what that one says."""
    whole = Mapping.model_json_schema(by_alias=True)
    blocks = {**whole.pop("$defs"), "Mapping": whole}
    partial = {f"{name}{_PARTIAL}": _loosened(block) for name, block in blocks.items()}
    partial[f"Mapping{_PARTIAL}"] = {**partial[f"Mapping{_PARTIAL}"], "required": list(_ALWAYS)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mapping van weerklank",
        "type": "object",
        "if": {"required": ["extends"], "properties": {"extends": {"type": "string"}}},
        "then": {"$ref": f"#/$defs/Mapping{_PARTIAL}"},
        "else": {"$ref": "#/$defs/Mapping"},
        "$defs": {**blocks, **partial},
    }


def _loosened(block: dict[str, object]) -> dict[str, object]:
    """A block without keys that must be there, and with the blocks in it as loose."""

    def led(value: object) -> object:
        if isinstance(value, dict):
            return {k: f"{v}{_PARTIAL}" if k == "$ref" else led(v) for k, v in value.items()}
        return [led(part) for part in value] if isinstance(value, list) else value

    return {key: led(value) for key, value in block.items() if key != "required"}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(mapping_schema(), indent=1, ensure_ascii=False) + "\n")
