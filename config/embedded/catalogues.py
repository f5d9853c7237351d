"""The message catalogues, by Babel and Django's own template reader, so that no gettext need be installed.

`./dev catalogues` brings them up to date with the source, `--check` says what is missing, `--fill FILE` takes a
translator's table (msgid, tab, translation). English is the language of the msgids: its catalogue fills itself.
"""

import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from config.embedded.places import BASE_DIR

SOURCE = BASE_DIR / "pipeline"
LOCALE = SOURCE / "locale"
LANGUAGES = {"zh_Hans": "zh_Hans", "en": "en"}
KEYWORDS: Any = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
CHANGING = ('"POT-', '"PO-', '"Generated-By', '"Last-Translator', '"Report-', '"Project-', '"Language-Team')


def catalogue_file(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def source_files() -> Iterator[Path]:
    skipped = {"migrations", "locale", "static"}
    for pattern in ("*.py", "*.html", "*.txt"):
        for file in sorted(SOURCE.rglob(pattern)):
            if not skipped & set(file.relative_to(SOURCE).parts):
                yield file


def python_text(file: Path) -> str:
    """The file as Python that calls gettext; a template's lines move to the margin, or its indents would not parse."""
    text = file.read_text()
    if file.suffix == ".py":
        return text
    calls = templatize(text, origin=str(file))
    return "\n".join(line.strip() for line in calls.split("\n"))


def extracted() -> Catalog:
    """Every message of the source, with the files it stands in."""
    catalogue = Catalog(charset="utf-8", fuzzy=False)
    for file in source_files():
        body = io.BytesIO(python_text(file).encode())
        for _line, function, found, comments in extract_python(body, KEYWORDS, ["Translators:"], {"encoding": "utf-8"}):
            add(catalogue, str(function), found, list(comments or []), file.relative_to(BASE_DIR))
    return catalogue


def add(catalogue: Catalog, function: str, found: Any, comments: list[str], place: Path) -> None:
    """Note a call of `function`; one whose words are not written out in the source has nothing to translate."""
    words = list(found) if isinstance(found, tuple) else [found]
    context = words.pop(0) if function.startswith(("pgettext", "npgettext")) else None
    identity = words[:2] if function.startswith("n") else words[:1]
    if all(isinstance(word, str) and word for word in identity):
        message = tuple(identity) if len(identity) > 1 else identity[0]
        catalogue.add(message, locations=[(str(place), 0)], auto_comments=comments, context=context)


def translated(language: str) -> Catalog:
    """The catalogue as it should stand: the source's messages with the translations there are."""
    fresh, old = extracted(), read(language)
    catalogue = Catalog(locale=LANGUAGES[language], charset="utf-8", fuzzy=False)
    for message in fresh:
        if message.id:
            known = old.get(message.id, message.context)
            kept = known and not known.fuzzy and isinstance(known.id, str) == isinstance(message.id, str)
            text = known.string if known and kept else blank(message)
            text = message.id if language == "en" else text
            places = sorted(set(message.locations))
            flags = {flag for flag in message.flags if flag != "fuzzy"}
            catalogue.add(message.id, text, places, flags, message.auto_comments, context=message.context)
    return catalogue


def blank(message: Message) -> str | tuple[str, ...]:
    return ("",) if isinstance(message.id, tuple) else ""


def read(language: str) -> Catalog:
    file = catalogue_file(language)
    if not file.exists():
        return Catalog(locale=LANGUAGES[language])
    with file.open("rb") as handle:
        return read_po(handle, locale=LANGUAGES[language])


def as_text(catalogue: Catalog) -> str:
    """Without the lines of the head that would differ at every run."""
    body = io.BytesIO()
    write_po(body, catalogue, width=110, sort_output=True, include_lineno=False, omit_header=False)
    lines = body.getvalue().decode().splitlines(keepends=True)
    return re.sub(r"\A(#.*\n)+", "", "".join(line for line in lines if not line.startswith(CHANGING)))


def refresh() -> list[str]:
    """Write the catalogues anew; the messages that still want a translation."""
    for language in LANGUAGES:
        file = catalogue_file(language)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(as_text(translated(language)))
    compile_changed()
    return untranslated()


def stale() -> list[str]:
    """The languages whose catalogue is not what the source would make of it."""
    return [
        language
        for language in LANGUAGES
        if not catalogue_file(language).exists()
        or catalogue_file(language).read_text() != as_text(translated(language))
    ]


def untranslated() -> list[str]:
    """The msgids without a Chinese text, or with one that is only guessed at."""
    return [
        first(message.id) for message in read("zh_Hans") if message.id and (message.fuzzy or not all(strings(message)))
    ]


def broken() -> list[str]:
    """The msgids whose Chinese text lost or invented a placeholder, which would fail or read oddly on the screen."""
    answer = []
    for message in read("zh_Hans"):
        wanted = [placeholders(form) for form in forms(message)]
        if message.id and any(text and placeholders(text) not in wanted for text in strings(message)):
            answer.append(first(message.id))
    return answer


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|\{\w*\}", text))


def strings(message: Message) -> Sequence[str | None]:
    return [message.string] if isinstance(message.string, str | None) else message.string


def forms(message: Message) -> Sequence[str]:
    """The msgid, and that of the plural where there is one."""
    return [message.id] if isinstance(message.id, str) else message.id


def first(identity: str | list[str] | tuple[str, ...]) -> str:
    return identity if isinstance(identity, str) else identity[0]


def fill(tables: Iterable[Path]) -> list[str]:
    """Take translations from tables of two columns; the msgids that the source does not have."""
    refresh()
    catalogue, given, used = read("zh_Hans"), translations(tables), set()
    for message in catalogue:
        for form in reversed(forms(message)):  # Chinese has one form: it must carry the number, as the plural's does
            if message.id and form in given:
                message.string = (given[form],) if isinstance(message.id, tuple) else given[form]
                break
        used |= set(forms(message))
    catalogue_file("zh_Hans").write_text(as_text(catalogue))
    refresh()
    return sorted(set(given) - used)


def translations(tables: Iterable[Path]) -> dict[str, str]:
    rows = [line.partition("\t") for table in tables for line in table.read_text().splitlines()]
    return {unescaped(msgid): unescaped(text) for msgid, tab, text in rows if tab and text.strip()}


def unescaped(text: str) -> str:
    return text.replace("\\n", "\n").replace('\\"', '"').replace("\\t", "\t")


def compile_changed() -> None:
    """Make the binary catalogues that Django reads, where a text is newer."""
    for language in LANGUAGES:
        source = catalogue_file(language)
        target = source.with_suffix(".mo")
        if source.exists() and (not target.exists() or target.stat().st_mtime < source.stat().st_mtime):
            with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as handle:
                write_mo(handle, read(language))
            Path(handle.name).chmod(0o644)
            Path(handle.name).replace(target)


def command(*, check: bool, tables: list[Path]) -> int:
    unknown = fill(tables) if tables else []
    for msgid in unknown:
        print(f"Not in the source, left out: {msgid}")
    outdated = stale() if check else []
    missing = untranslated() if check else refresh()
    return report(outdated, missing, broken())


def report(outdated: list[str], missing: list[str], damaged: list[str]) -> int:
    for language in outdated:
        print(f"The catalogue {language} is not up to date. Run ./dev catalogues and commit it.")
    for msgid in missing:
        print(f"No Chinese text for: {msgid!r}")
    for msgid in damaged:
        print(f"The Chinese text has other placeholders than: {msgid!r}")
    if not (outdated or missing or damaged):
        print("The catalogues are complete and up to date.")
    return 1 if outdated or missing or damaged else 0
