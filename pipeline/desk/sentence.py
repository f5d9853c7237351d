"""The conditions of a list as a sentence: read from the address, each part told and taken away by itself."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from pipeline.desk.paging import altered


class Sentence(forms.Form):
    """What narrows a list. A value that is none of the choices narrows nothing, and `faults` says so."""

    says: Mapping[str, Any]  # how each condition reads in the sentence
    known: Collection[str]  # what an address may hold

    def clean(self) -> dict[str, Any]:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and since > until:
            self.add_error("until", "")
            del self.cleaned_data["since"]
        return self.cleaned_data

    @property
    def chosen(self) -> dict[str, str]:
        return {name: _text(value) for name, value in self.cleaned_data.items() if value}

    @property
    def faults(self) -> list[str]:
        """What of the address could not be read, one sentence each."""
        says = _("“%(value)s” is not known under “%(condition)s”: the list is not narrowed by it.")
        unread = [
            says % {"value": self.data.get(name, "")[:40], "condition": self.fields[name].label} for name in self.errors
        ]
        strange = [name for name in self.data if name not in self.known]
        return unread + [_("“%(name)s” is no condition of this list.") % {"name": name[:40]} for name in strange]

    def words(self, name: str) -> str:
        """A chosen value as the list names it."""
        choices = getattr(self.fields[name], "choices", [])
        flat = [pair for value, label in choices for pair in (label if isinstance(label, list) else [(value, label)])]
        return str(dict(flat).get(self.chosen[name], self.chosen[name]))

    def part(self, name: str) -> str:
        return f"{self.says[name]} {self.words(name)}"

    def chips(self, query: QueryDict) -> list[dict[str, str]]:
        """The conditions as a sentence; each part can be taken away."""
        return [
            {
                "name": str(self.says[name]) if place == 0 else _("and %(condition)s") % {"condition": self.says[name]},
                "value": self.words(name),
                "clear": altered(query, name),
            }
            for place, name in enumerate(self.chosen)
        ]

    @property
    def sentence(self) -> str:
        return " · ".join(self.part(name) for name in self.chosen)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
