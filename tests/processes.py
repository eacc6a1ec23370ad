"""Processes of their own group, as a shell starts them, and who is left of them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent


def start(
    *arguments: object, program: tuple[str, ...] = ("-m", "scheduler"), env: Mapping[str, str] | None = None
) -> "subprocess.Popen[str]":
    """Start a command line in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, *program, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )


def alive(group: int) -> list[str]:
    """Return what the processes of a group are, zombies apart."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
        except (ProcessLookupError, psutil.Error):
            continue
    return found


def eventually(condition: Callable[[], object], within_s: float = 20) -> bool:
    """Wait until a condition holds; tell whether it came to hold."""
    until = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True
