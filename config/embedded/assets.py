"""What the browser gets and what the screens say, made from sources once: vendor files, trimmed styles, catalogues.

Everything made stands in git-ignored places and is made again only when what it is made from has changed.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from config.embedded import catalogues
from config.embedded.places import BASE_DIR, CannotStart
from config.embedded.stamps import Stamps, hash_of

ASSETS = BASE_DIR / "assets"
VENDOR = ASSETS / "vendor"
COLLECTED = ASSETS / "collected"
MODULES = BASE_DIR / "node_modules"
PURGER = MODULES / ".bin/purgecss"
PACKAGES = [BASE_DIR / "package.json", BASE_DIR / "package-lock.json"]
PURGE = BASE_DIR / "config/embedded/purgecss.config.cjs"
KEPT = 4  # states of the collected files
PRODUCTION_FILES = {
    "STATIC_STORAGE": "whitenoise.storage.CompressedManifestStaticFilesStorage",
    "STATIC_FROM_SOURCE": "false",
}
COPIED = {"echarts/dist/echarts.min.js": "echarts.min.js"}
STAMPS = Stamps(ASSETS / "stamps.json")

Say = Callable[[str], None]


def prepare(say: Say) -> None:
    """Make what is missing or outdated; raises CannotStart with what to do."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    install_packages(say)
    trim_styles()
    catalogues.compile_changed()


def install_packages(say: Say) -> None:
    key = hash_of(PACKAGES)
    present = all((VENDOR / name).exists() for name in COPIED.values()) and PURGER.exists()
    if present and STAMPS.fits("packages", key):
        return
    say("Installing the front end's packages …")
    run_node("npm", "ci", "--ignore-scripts", "--no-progress")
    for source, name in COPIED.items():
        shutil.copyfile(MODULES / source, VENDOR / name)
    STAMPS.set("packages", key)


def trim_styles() -> None:
    """Tabler's style sheet without the rules that no template, script or screen names."""
    key = hash_of([*PACKAGES, PURGE, *mentioning_files()])
    target = VENDOR / "tabler.min.css"
    if STAMPS.fits("styles", key) and target.exists():
        return
    with tempfile.TemporaryDirectory(dir=ASSETS) as folder:
        run_node("node", PURGER, "--config", PURGE, "--output", f"{folder}/")
        made = Path(folder) / target.name
        if not made.exists():
            raise CannotStart("Tabler's style sheet was not made. Delete node_modules and assets, then try again.")
        made.replace(target)
    STAMPS.set("styles", key)


def mentioning_files() -> list[Path]:
    pipeline = BASE_DIR / "pipeline"
    patterns = ("templates/**/*.html", "static/**/*.js", "static/**/*.css", "*/*.py")
    return [file for pattern in patterns for file in pipeline.glob(pattern)]


def collect(say: Say) -> Path:
    """The folder with hashed names and compressed copies, as production serves them.

    Each state of the sources has a folder of its own, so that a running server keeps the files it started with.
    """
    sources = [BASE_DIR / "requirements.lock", *files_below(VENDOR), *files_below(BASE_DIR / "pipeline/static")]
    target = COLLECTED / hash_of(sources)[:16]
    if not target.exists():
        say("Collecting the static files …")
        COLLECTED.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=COLLECTED, prefix="making-") as folder:
            collect_into(Path(folder) / "whole")
            with contextlib.suppress(OSError):  # another process was quicker
                (Path(folder) / "whole").rename(target)
        keep_newest(COLLECTED, KEPT)
    os.utime(target)
    return target


def collect_into(folder: Path) -> None:
    # Settings are read to collect; nothing is signed, so the key is of no account.
    environment = {"STATIC_ROOT": str(folder), "SECRET_KEY": "collecting signs nothing"} | PRODUCTION_FILES
    run([sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"], os.environ | environment)


def keep_newest(root: Path, number: int) -> None:
    folders = [folder for folder in root.iterdir() if folder.is_dir() and not folder.name.startswith("making-")]
    for folder in sorted(folders, key=lambda one: one.stat().st_mtime)[:-number]:
        shutil.rmtree(folder, ignore_errors=True)


def files_below(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def run_node(program: str, *arguments: str | Path) -> None:
    """Node comes from a wheel; its cache stays in the checkout, so that no home folder is needed."""
    command = [str(Path(sys.executable).with_name(program)), *(str(argument) for argument in arguments)]
    run(command, os.environ | {"npm_config_cache": str(BASE_DIR / ".cache/npm")})


def run(command: list[str], environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        command,
        cwd=BASE_DIR,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        end = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        what = " ".join(Path(part).name if part == command[0] else part for part in command[:3])
        raise CannotStart(f"{what} failed (is the npm registry reachable?):\n{end}")
