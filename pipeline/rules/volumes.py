"""Reading the YAML files that carry the law and its cases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML


def read_yaml(path: Path) -> Any:
    """The content of one file as plain lists and mappings, by YAML 1.2 (in 1.1 the key `on` would read as true)."""
    yaml = YAML(typ="safe", pure=True)
    yaml.version = "1.2"
    return yaml.load(path.read_text(encoding="utf-8"))
