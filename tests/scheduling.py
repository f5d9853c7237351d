"""Which process runs which files: those that take longest first, so that none is left over for one process alone at the
end, and those of the demonstration and of the standing house together, so that each is made once.
"""

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

DEMONSTRATION = (
    "tests/browser/test_looks.py",
    "tests/browser/test_keyboard.py",
    "tests/browser/test_budgets.py",
    "tests/browser/test_pictures.py",
    "tests/browser/test_one_sheet.py",
    "tests/management/test_demonstrate.py",
)
HOUSE = (
    "tests/portal/test_every_page.py",
    "tests/portal/test_sheet.py",
    "tests/portal/test_browser.py",
    "tests/portal/test_paper_browser.py",
    "tests/portal/test_workbook_browser.py",
    "tests/desk/test_case_browser.py",
    "tests/desk/test_queue_browser.py",
    "tests/desk/test_day_browser.py",
    "tests/desk/test_roster_browser.py",
)
TOGETHER = {file: files[0] for files in (DEMONSTRATION, HOUSE) for file in files}
LONGEST = (
    *DEMONSTRATION,
    "tests/embedded/test_demo.py",
    *HOUSE,
    "tests/walls/test_urls.py",
    "tests/test_budgets.py",
    "tests/browser/test_story.py",
    "tests/walls/test_differential.py",
    "tests/walls/test_attacks.py",
    "tests/embedded/test_house.py",
)


class LongestFirst(LoadFileScheduling):  # type: ignore[misc]  # it comes without types
    """The queue keeps the order of collection, which is given below."""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return TOGETHER.get(file, file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LongestFirst | None:
    return LongestFirst(config, log) if config.getoption("dist", "no") == "loadfile" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    ranks = {config.rootpath / file: rank for rank, file in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(Path(item.path), len(LONGEST)))
