"""Words in the two languages of the product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Label:
    """One text in Chinese and English."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh

    def filled(self, **values: object) -> Label:
        """The text with its {names} replaced; a value that is itself a label appears in the language of the text."""
        zh = {name: value.zh if isinstance(value, Label) else value for name, value in values.items()}
        en = {name: value.en if isinstance(value, Label) else value for name, value in values.items()}
        return Label(self.zh.format_map(zh), self.en.format_map(en))

    def to_json(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}

    @classmethod
    def from_json(cls, kept: Mapping[str, str]) -> Label:
        return cls(kept["zh"], kept["en"])


def listed(labels: list[Label]) -> Label:
    """Several labels as one: joined by the enumeration comma in Chinese, by a comma in English."""
    return Label("、".join(label.zh for label in labels), ", ".join(label.en for label in labels))
