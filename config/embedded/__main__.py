"""The inside of ./dev. Django's settings are not loaded: they would be read before the database has an address."""

import argparse
import shutil
import sys
from pathlib import Path

from config.embedded import catalogues, doctor, mutants, shell, testing
from config.embedded.places import STATE, CannotStart, outer_folder
from config.embedded.supervisor import FOLDER, Demo, only_one


def reset() -> int:
    """Delete everything that demos and tests of this checkout have kept."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    only_one().close()
    for folder in (STATE, outer_folder()):
        shutil.rmtree(folder, ignore_errors=True)
    print("The demonstration and its data are gone. ./dev demo starts afresh.")
    return 0


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="./dev", description="苗圃 Miaopu: start it, test it, look after it.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    demo = commands.add_parser("demo", help="start everything and print the address; Ctrl-C stops it, the data stays")
    demo.add_argument("--port", type=int, help="the web server's port (8000, or a free one where that is taken)")
    for name, text in (
        ("test", "all tests but the long ones; takes pytest's arguments"),
        ("long", "the tests that are too long for ./dev test; takes pytest's arguments"),
        ("bench", "the benchmarks: [NAME ...] [--json]"),
        ("mutants", "change the rules in small ways and look whether a test notices: [PATTERN ...] [--sample N]"),
    ):
        commands.add_parser(name, help=text, add_help=False)
    commands.add_parser("reset", help="delete the demonstration and its data")
    inner = commands.add_parser("shell", help="a Django shell on the demonstration, or another command of manage.py")
    inner.add_argument("--role", choices=["web", "owner", "backup"], default="web", help="whose rights (web)")
    inner.add_argument("arguments", nargs=argparse.REMAINDER, metavar="COMMAND ...")
    commands.add_parser("doctor", help="what this machine lacks, in sentences")
    words = commands.add_parser("catalogues", help="bring the message catalogues up to date with the source")
    words.add_argument("--check", action="store_true", help="change nothing; fail where they are not up to date")
    words.add_argument("--fill", nargs="+", type=Path, default=[], metavar="FILE", help="tables of msgid, tab, Chinese")
    return top


def main() -> int:
    known, rest = parser().parse_known_args()
    outside = {"test": testing.test, "long": testing.long, "bench": testing.bench, "mutants": mutants.mutants}
    if known.command in outside:
        return outside[known.command](sys.argv[2:])
    if rest:
        parser().error(f"./dev {known.command} does not know {' '.join(rest)}")
    match known.command:
        case "demo":
            return Demo(known.port).run()
        case "shell":
            return shell.shell(known.arguments, role=known.role)
        case "catalogues":
            return catalogues.command(check=known.check, tables=known.fill)
        case "doctor":
            return doctor.doctor()
    return reset()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        sys.exit(1)
