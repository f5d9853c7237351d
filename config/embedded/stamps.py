"""What has been done already, by the hash of what it was done from."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


def hash_of(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file}\0{file.stat().st_size}\0".encode() + file.read_bytes())
    return digest.hexdigest()


@dataclass
class Stamps:
    file: Path

    def all(self) -> dict[str, str]:
        answer: dict[str, str] = json.loads(self.file.read_text()) if self.file.exists() else {}
        return answer

    def fits(self, step: str, key: str) -> bool:
        return self.all().get(step) == key

    def set(self, step: str, key: str) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps(self.all() | {step: key}, indent=1))

    def forget(self) -> None:
        self.file.unlink(missing_ok=True)
