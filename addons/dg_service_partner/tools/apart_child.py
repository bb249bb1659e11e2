"""Open a file in a process of its own: started by ``apart.py``, knows nothing of Odoo.

Takes what to do and its limits as a JSON text and the file on its input. Answers with
lines of JSON: what is known, and what it has cost until then. Where a limit ends the
process, what it has said before counts.
"""

import gc
import io
import json
import os
import resource
import sys

ORIENTATION = 0x112
TURNED = (5, 6, 7, 8)


def main():
    job = json.loads(sys.argv[1])
    bound(job)
    content = sys.stdin.buffer.read()
    sys.path.append(job["library"])
    try:
        {"read_pdf": read_pdf, "shrink_picture": shrink_picture}[job["do"]](
            content, job
        )
    except MemoryError:
        answer(limit="memory")
    except Exception as error:  # a broken file can lead to any
        name = type(error).__name__
        answer(**{"limit" if name == "LimitReachedError" else "error": name})


def bound(job):
    """Let the system end this process where it takes too much."""
    for kind, value in (
        (resource.RLIMIT_CPU, job["seconds"]),
        (resource.RLIMIT_AS, job["megabytes"] * 1024 * 1024),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (value, value))


def answer(**values):
    """Say what is known, and the seconds and megabytes that it has cost."""
    values["seconds"] = round(sum(os.times()[:2]), 2)
    # Not ``ru_maxrss``: that holds the memory of the process that started this one.
    with open("/proc/self/status") as status:
        peak = next(line for line in status if line.startswith("VmHWM"))
    values["megabytes"] = int(peak.split()[1]) // 1024
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def read_pdf(content, job):
    """Answer how many files lie inside a PDF, then with the text of its first pages."""
    reader = open_pdf(content)
    answer(embedded=count_embedded(reader, job))
    parts, size = [], 0
    for page in reader.pages:
        if len(parts) == job["pages"] or size > job["characters"]:
            break
        parts.append(page.extract_text() or "")
        size += len(parts[-1])
    if not parts:
        raise ValueError("no page")
    answer(text="\n".join(parts)[: job["characters"]], pages=len(parts))


def open_pdf(content):
    # What only pictures and passwords need takes long to import.
    sys.modules["PIL"] = None
    if b"/Encrypt" not in content:
        sys.modules["cryptography"] = sys.modules["Crypto"] = None
    gc.disable()
    try:
        from pypdf import PdfReader
    except ImportError:
        from PyPDF2 import PdfReader
    gc.enable()
    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted:
        # Many PDFs are only protected against changes: no password to read.
        reader.decrypt("")
    return reader


def count_embedded(reader, job):
    """Return how many files lie inside, found where Odoo looks for them.

    :return: None where they are too many, too large, or broken
    """
    count, size = 0, 0
    try:
        files = reader.trailer["/Root"]
        for key in ("/Names", "/EmbeddedFiles", "/Names"):
            if key not in files:
                return 0
            files = files[key]
        for entry in list(files)[1::2]:
            file = entry.get_object()["/EF"]["/F"]
            count, size = count + 1, size + len(file.get_object().get_data())
            if count > job["embedded"] or size > job["bytes"]:
                return None
    except MemoryError:
        raise
    except Exception:  # as above
        return None
    return count


def shrink_picture(content, job):
    """Answer with a picture within a width and a height, upright, as Odoo stores it.

    Of a JPEG, only as many pixels are decoded as the smaller picture needs.
    """
    from PIL import Image, ImageOps

    # Whoever starts this process has counted the pixels.
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as image:
        size = job["width"], job["height"]
        if image.getexif().get(ORIENTATION) in TURNED:
            size = size[::-1]
        kind = "PNG" if image.format == "PNG" else "JPEG"
        image.thumbnail(size, Image.Resampling.LANCZOS)
        image = ImageOps.exif_transpose(image)
        if kind == "JPEG" and image.mode not in ("L", "RGB", "CMYK"):
            image = image.convert("RGB")
        stream = io.BytesIO()
        image.save(stream, kind, quality=job["quality"], optimize=True)
    picture = stream.getvalue()
    answer(size=len(picture))
    sys.stdout.buffer.write(picture)


if __name__ == "__main__":
    main()
