"""The message catalogues: what is read from the source, what a table brings, and that ours are complete."""

from pathlib import Path

import pytest

from config.embedded import catalogues

SCREEN = """
def show(request):
    return _("The firm %(name)s"), ngettext("one case", "%(n)s cases", 3), pgettext("verb", "May"), _(request.name)
"""
TEMPLATE = """<div>
    {% translate "On the page" %} {{ _("By filter")|upper }} don't {# translated #}
        {% blocktranslate count n=rows trimmed %}
      one row
    {% plural %} {{ n }} rows {% endblocktranslate %}
</div>"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    source = tmp_path / "pipeline"
    (source / "templates").mkdir(parents=True)
    (source / "screen.py").write_text(SCREEN)
    (source / "templates/page.html").write_text(TEMPLATE)
    for name, value in {"BASE_DIR": tmp_path, "SOURCE": source, "LOCALE": source / "locale"}.items():
        monkeypatch.setattr(catalogues, name, value)
    return tmp_path


def table(folder: Path, **rows: str) -> Path:
    file = folder / "table.tsv"
    file.write_text("".join(f"{msgid}\t{text}\n" for msgid, text in rows.items()))
    return file


def test_messages_of_code_and_templates_are_found(checkout):
    missing = ["By filter", "May", "On the page", "The firm %(name)s", "one case", "one row"]
    assert sorted(catalogues.refresh()) == missing


def test_english_fills_itself(checkout):
    catalogues.refresh()
    english = catalogues.read("en")
    assert english.get("On the page").string == "On the page"
    assert english.get(("one case", "%(n)s cases")).string == ("one case", "%(n)s cases")


def test_a_table_fills_what_it_names_and_the_rest_is_told(checkout):
    rows = {"On the page": "在页面上", "one case": "1 件", "%(n)s cases": "%(n)s 件", "Nowhere": "无"}
    assert catalogues.fill([table(checkout, **rows)]) == ["Nowhere"]
    chinese = catalogues.read("zh_Hans")
    assert chinese.get("On the page").string == "在页面上"
    assert chinese.get(("one case", "%(n)s cases")).string == ("%(n)s 件",)
    assert "The firm %(name)s" in catalogues.untranslated()


def test_a_new_message_makes_the_catalogue_stale_and_keeps_the_old_translations(checkout):
    catalogues.fill([table(checkout, May="可以")])
    assert catalogues.stale() == []
    (checkout / "pipeline/more.py").write_text('_("One more")')
    assert catalogues.stale() == ["zh_Hans", "en"]
    catalogues.refresh()
    assert catalogues.read("zh_Hans").get("May", "verb").string == "可以"


def test_what_is_counted_no_longer_wants_its_words_anew(checkout):
    catalogues.fill([table(checkout, **{"one case": "1 件", "%(n)s cases": "%(n)s 件"})])
    (checkout / "pipeline/screen.py").write_text(
        SCREEN.replace('ngettext("one case", "%(n)s cases", 3)', '_("one case")')
    )
    assert "one case" in catalogues.refresh()


def test_running_it_again_changes_nothing(checkout):
    catalogues.refresh()
    first = catalogues.catalogue_file("zh_Hans").read_bytes()
    catalogues.refresh()
    assert catalogues.catalogue_file("zh_Hans").read_bytes() == first


def test_a_lost_placeholder_is_told(checkout):
    catalogues.fill([table(checkout, **{"The firm %(name)s": "企业", "one case": "%(n)s 件"})])
    assert catalogues.broken() == ["The firm %(name)s"]


def test_ours_are_up_to_date_and_every_message_has_its_chinese():
    assert catalogues.stale() == []
    assert catalogues.untranslated() == []
    assert catalogues.broken() == []
