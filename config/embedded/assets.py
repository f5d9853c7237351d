"""What the browser gets and what the screens say, made from sources once: vendor files, trimmed styles, catalogues.

Everything made stands in git-ignored places and is made again only when what it is made from has changed.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from config.embedded import catalogues
from config.embedded.places import BASE_DIR, CannotStart
from config.embedded.stamps import Stamps, hash_of

ASSETS = BASE_DIR / "assets"
VENDOR = ASSETS / "vendor"
COLLECTED = ASSETS / "collected"
MODULES = BASE_DIR / "node_modules"
PACKAGES = [BASE_DIR / "package.json", BASE_DIR / "package-lock.json"]
PURGE = BASE_DIR / "config/embedded/purgecss.config.cjs"
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
    if STAMPS.fits("packages", key) and all((VENDOR / name).exists() for name in COPIED.values()) and MODULES.is_dir():
        return
    say("Installing the front end's packages …")
    run_node("npm", "ci", "--ignore-scripts", "--no-progress")
    for source, name in COPIED.items():
        shutil.copyfile(MODULES / source, VENDOR / name)
    STAMPS.set("packages", key)


def trim_styles() -> None:
    """Tabler's style sheet without the rules that no template, script or screen names."""
    key = hash_of([*PACKAGES, PURGE, *mentioning_files()])
    if STAMPS.fits("styles", key) and (VENDOR / "tabler.min.css").exists():
        return
    run_node("node", MODULES / ".bin/purgecss", "--config", PURGE)
    if not (VENDOR / "tabler.min.css").exists():
        raise CannotStart("Tabler's style sheet was not made. Delete node_modules and assets, then try again.")
    STAMPS.set("styles", key)


def mentioning_files() -> list[Path]:
    pipeline = BASE_DIR / "pipeline"
    patterns = ("templates/**/*.html", "static/**/*.js", "static/**/*.css", "*/*.py")
    return [file for pattern in patterns for file in pipeline.glob(pattern)]


def collect(say: Say, environment: Mapping[str, str]) -> None:
    """Hashed names and compressed copies, as production serves them."""
    sources = [BASE_DIR / "requirements.lock", *files_below(VENDOR), *files_below(BASE_DIR / "pipeline/static")]
    key = hash_of(sources)
    if STAMPS.fits("collected", key) and (COLLECTED / "staticfiles.json").exists():
        return
    say("Collecting the static files …")
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--clear", "--verbosity", "0"]
    run([*command], dict(environment))
    STAMPS.set("collected", key)


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
