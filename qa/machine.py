"""What figures depend on: the machine they were measured on."""

import os
import platform
from pathlib import Path


def describe():
    """Return processors and memory in a few words."""
    return f"{os.cpu_count()} × {_processor()}, {_memory()} of memory"


def _processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory():
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{pages / 2**30:.0f} GB"
