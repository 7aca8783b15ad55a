"""Every call held against the machine-readable Bot API, where the team's library is at hand."""

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

_FILE = "spec/telegram-bot-api-10.1.min.json"


@lru_cache(maxsize=1)
def _spec() -> dict[str, Any] | None:
    shared = Path(os.environ.get("KARTKA_SHARED", Path(__file__).resolve().parents[3] / "shared"))
    path = shared / _FILE
    return json.loads(path.read_text()) if path.is_file() else None


def mistakes(method: str, given: dict[str, Any], files: set[str]) -> list[str]:
    """What the specification says against this call; nothing where the specification is not at hand."""
    spec = _spec()
    if spec is None:
        return []
    names = {name.lower(): name for name in spec["methods"]}
    if method.lower() not in names:
        return [f"no method {method}"]
    fields = {field["name"]: field for field in spec["methods"][names[method.lower()]].get("fields", [])}
    found = [f"{method}.{name} is no parameter" for name in given if name not in fields and name not in files]
    found += [
        f"{method}.{name} is missing" for name, field in fields.items() if field["required"] and name not in given
    ]
    for name, value in given.items():
        if name in fields and not _fits(spec, fields[name]["types"], value):
            found.append(f"{method}.{name} does not fit {fields[name]['types']}: {value!r}"[:200])
    return found


def _fits(spec: dict[str, Any], types: list[str], value: Any) -> bool:
    return any(_fits_one(spec, one, value) for one in types)


def _fits_one(spec: dict[str, Any], kind: str, value: Any) -> bool:
    if kind.startswith("Array of "):
        return isinstance(value, list) and all(_fits_one(spec, kind.removeprefix("Array of "), one) for one in value)
    match kind:
        case "String" | "InputFile":
            return isinstance(value, str)
        case "Integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "Float":
            return isinstance(value, int | float)
        case "Boolean" | "True":
            return isinstance(value, bool)
    described = spec["types"].get(kind)
    if described is None or not isinstance(value, dict):
        return False
    if described.get("subtypes"):
        return any(_fits_one(spec, one, value) for one in described["subtypes"])
    fields = {field["name"]: field for field in described.get("fields", [])}
    known = all(name in fields and _fits(spec, fields[name]["types"], one) for name, one in value.items())
    return known and all(name in value for name, field in fields.items() if field["required"])
