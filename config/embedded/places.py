"""Where everything of a running checkout lives: `.state/` (or MIAOPU_STATE), and for root a second folder outside it.

PostgreSQL refuses to run as root. Its part is then given to the account `nobody`, which must be able to reach the
folder: a checkout under a closed home directory would not do, so that part lives under the folder for temporary files
that survives a reboot.
"""

import hashlib
import os
import tempfile
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent.parent
STATE = Path(os.environ.get("MIAOPU_STATE") or BASE_DIR / ".state").absolute()
SURVIVING = Path("/var/tmp") if Path("/var/tmp").is_dir() else Path(tempfile.gettempdir())  # noqa: S108
NOBODY = "nobody"


class CannotStart(Exception):
    """The message is for the person at the terminal: what is wrong and what to do."""


def is_root() -> bool:
    return os.geteuid() == 0


def outer_folder() -> Path:
    """Root's part of the state: one folder for each state folder, told apart by its path."""
    return SURVIVING / f"miaopu-{hashlib.sha256(str(STATE).encode()).hexdigest()[:12]}"


def database_root() -> Path:
    """The folder below which clusters may be made, existing when this returns."""
    STATE.mkdir(parents=True, exist_ok=True)
    return made_for_nobody(outer_folder()) if is_root() else STATE


def made_for_nobody(folder: Path) -> Path:
    """Anyone may write to the surviving folder, so what stands there already must be root's own."""
    folder.mkdir(mode=0o755, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != 0:
        raise CannotStart(f"{folder} belongs to another account. Remove it, then try again.")
    folder.chmod(0o755)
    (folder / "state-folder").write_text(f"{STATE}\n")
    (STATE / "database-folder").write_text(f"{folder}\n")
    return folder


def traversable(path: Path) -> bool:
    """Whether every account may walk down to `path`."""
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)
