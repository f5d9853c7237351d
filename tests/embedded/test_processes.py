"""Children and the traces of children."""

import os
import signal
import subprocess
import sys
import time

import pytest

from config.embedded.places import BASE_DIR
from config.embedded.processes import (
    ChildDied,
    end_left_running,
    launch,
    left_running,
    note_pid,
    started_at,
    wait_until,
)

SLEEPER = [sys.executable, "-c", "import time; print('awake', flush=True); time.sleep(60)"]
PARENT = """
import os, sys, time
from pathlib import Path
from config.embedded.processes import launch
child = launch("sleeper", [sys.executable, "-c", "import time; time.sleep(60)"],
               log=Path(sys.argv[1]), environment=os.environ, folder=Path("/"))
print(child.process.pid, flush=True)
time.sleep(60)
"""


def start(folder, command=SLEEPER):
    return launch("sleeper", command, log=folder / "log", environment=os.environ, folder=folder, pid_folder=folder)


def test_a_child_that_died_is_reported_with_the_end_of_its_log(tmp_path):
    child = start(tmp_path, [sys.executable, "-c", "raise SystemExit('no more paper')"])
    assert wait_until(lambda: not child.alive(), 10)
    with pytest.raises(ChildDied, match=r"sleeper ended \(status 1\).*\n.*no more paper"):
        child.require_alive()


def test_a_child_that_ignores_the_question_is_ended_with_its_group(tmp_path):
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    child = start(tmp_path, [sys.executable, "-c", deaf])
    assert wait_until(lambda: "deaf" in child.tail(), 10)
    child.stop(patience=0.2)
    assert child.process.returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the pid files do this at the next start")
def test_a_killed_parent_leaves_no_child(tmp_path):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "log")], cwd=BASE_DIR, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    pid = int(parent.stdout.readline())
    assert started_at(pid)
    parent.kill()
    parent.communicate()
    assert wait_until(lambda: started_at(pid) is None, 10)


def test_a_child_left_running_is_found_and_ended(tmp_path):
    child = start(tmp_path)
    assert left_running(tmp_path) == [("sleeper", child.process.pid)]
    assert end_left_running(tmp_path) == ["sleeper"]
    assert left_running(tmp_path) == []
    assert not child.alive()


def test_another_process_with_the_same_number_is_left_alone(tmp_path):
    file = note_pid(tmp_path / "web.pid", os.getpid())
    file.write_text(f"{os.getpid()} an-earlier-start\n")
    assert end_left_running(tmp_path) == []
    assert not file.exists()


def test_the_start_of_a_process_is_a_fixed_mark():
    first = started_at(os.getpid())
    time.sleep(0.05)
    assert first == started_at(os.getpid())
    assert started_at(2**22 + 1) is None
