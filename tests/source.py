"""The product's own source, read for the tests that look at its shape."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from config.embedded.places import BASE_DIR

PIPELINE = BASE_DIR / "pipeline"
UNWRITTEN = {"migrations"}  # what a command wrote


@dataclass(frozen=True)
class Source:
    file: Path

    @property
    def name(self) -> str:
        return str(self.file.relative_to(BASE_DIR))

    @property
    def words(self) -> tuple[str, ...]:
        """pipeline/desk/cases.py as ("pipeline", "desk", "cases")."""
        return self.file.relative_to(BASE_DIR).with_suffix("").parts

    @cached_property
    def text(self) -> str:
        return self.file.read_text()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def nodes(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))

    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        """Each call with the last word of what is called."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield last_word(node.func), node

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def strings(self) -> Iterator[str]:
        return (
            node.value for node in ast.walk(self.tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )


def last_word(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


@cache
def product() -> tuple[Source, ...]:
    """Every module of the product that a person wrote."""
    files = sorted(PIPELINE.rglob("*.py"))
    return tuple(Source(file) for file in files if not UNWRITTEN & set(file.relative_to(PIPELINE).parts))


def below(*layers: str) -> list[Source]:
    return [source for source in product() if source.words[1] in layers]
