"""Files of strangers are opened in a process of their own, within limits.

A few thousand bytes can hold a PDF that keeps a worker busy for minutes or a picture
that fills its memory. So what decodes them runs apart, ended by the system where it
takes more than ``limits.py`` says.
"""

import hashlib
import importlib.util
import json
import logging
import os
import subprocess
import sys
from dataclasses import dataclass

from odoo.tools.lru import LRU

from . import limits

_logger = logging.getLogger(__name__)

_CHILD = os.path.join(os.path.dirname(__file__), "apart_child.py")
# The same PDF is asked about several times while it comes in.
_pdfs = LRU(8)


class FileBroken(Exception):
    """The file is not what it says, or it needs a password."""


class FileTooHeavy(Exception):
    """Opening the file takes more time or memory than anybody's file needs."""


@dataclass(frozen=True)
class Pdf:
    """What is known of a PDF.

    :param str text: of its first pages, empty for a scan; None: it cannot be read
    :param int embedded: how many files lie inside it; None: too many, or too large
    :param bool is_too_heavy: a limit has ended the reading
    :param dict usage: the ``seconds`` and ``megabytes`` it took and the ``limit`` that
        ended it, as far as known
    """

    text: str | None = None
    embedded: int | None = None
    is_too_heavy: bool = False
    usage: dict | None = None


def is_pdf(content):
    """Return whether a file begins like a PDF, after blanks or a byte order mark."""
    start = (content or b"")[:64]
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"%PDF-")


def read_pdf(content):
    """Return what is known of a PDF, a ``Pdf``. Never raises.

    :param bytes content: the file
    """
    if not is_pdf(content) or len(content) > limits.MAX_FILE_BYTES:
        return Pdf()
    key = hashlib.sha256(content).digest()
    if (known := _pdfs.get(key)) is None:
        known = _pdfs[key] = _read_pdf(content)
    return known


def _read_pdf(content):
    values, output = {}, b""
    try:
        output = _run(
            "read_pdf",
            content,
            library=_find_library("pypdf", "PyPDF2"),
            megabytes=limits.PDF_MEGABYTES,
            pages=limits.MAX_PAGES,
            characters=limits.MAX_PDF_TEXT,
            embedded=limits.MAX_EMBEDDED,
            bytes=limits.MAX_FILE_BYTES,
        )
    except FileTooHeavy as error:
        values["limit"], output = "time", error.args[0]
    for line in output.splitlines():
        values |= json.loads(line)
    if "text" not in values:
        _logger.info("A PDF could not be read: %s", values)
    text = values.get("text")
    return Pdf(
        # Half of a pair of characters cannot be stored.
        text=text and text.encode(errors="ignore").decode(),
        embedded=values.get("embedded"),
        is_too_heavy="limit" in values,
        usage={key: values.get(key) for key in ("limit", "seconds", "megabytes")},
    )


def shrink_picture(content, width, height, quality):
    """Return a JPEG or PNG made to fit, decoded apart.

    :param bytes content: the picture; the caller has counted its pixels
    :param int width: at most this many pixels
    :param int height: the same
    :param int quality: of a JPEG, up to 95
    :return: tuple (bytes, what it has cost)
    :raises FileBroken: it cannot be decoded
    :raises FileTooHeavy: it takes too much
    """
    head, _newline, picture = _run(
        "shrink_picture",
        content,
        library=_find_library("PIL"),
        megabytes=limits.PICTURE_MEGABYTES,
        width=width,
        height=height,
        quality=quality,
    ).partition(b"\n")
    values = json.loads(head or b"{}")
    if "size" in values and len(picture) == values["size"]:
        return picture, values
    _logger.info("A picture could not be made smaller: %s", values)
    raise FileTooHeavy(head) if "limit" in values else FileBroken


def _run(do, content, **job):
    """Return what ``apart_child.py`` answers about a file.

    :raises FileTooHeavy: the time is over; its argument is what was answered before
    """
    job |= {"do": do, "seconds": limits.FILE_SECONDS}
    # Nothing of this process goes along: no variables, no files, no connection.
    process = subprocess.Popen(
        [sys.executable, "-I", _CHILD, json.dumps(job)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
    )
    with process:
        try:
            output, _errors = process.communicate(
                content, timeout=limits.FILE_WAIT_SECONDS
            )
        except subprocess.TimeoutExpired:
            process.kill()
            output, _errors = process.communicate()
    if process.returncode < 0:
        raise FileTooHeavy(output)
    return output


def _find_library(*names):
    """Return the folder from which this process imports the first of these packages."""
    for name in names:
        if spec := importlib.util.find_spec(name):
            return os.path.dirname(os.path.dirname(spec.origin))
    raise ImportError(names[0])
