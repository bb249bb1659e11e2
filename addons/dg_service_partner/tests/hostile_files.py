"""Files that somebody makes to harm who opens them, each under 100 kB.

Made when the tests run, so that nothing harmful lies in the repository.
"""

import base64
import io
import struct
import zipfile
import zlib
from functools import cache

from PIL import Image
from reportlab.pdfgen import canvas

HTML = b"<html><script>alert(document.cookie)</script></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(
        b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10)
        for letter in range(ord("b"), ord("k"))
    )
    + b"]><Invoice>&j;</Invoice>"
)
SECRET = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    b"<Invoice>&a;</Invoice>"
)
DRAW = b"BT /F1 9 Tf 10 700 Td (12 90 mounting) Tj ET\n"
NAMES = (
    "invoice.hta",
    "invoice.pdf.exe",
    "\u202efdp.exe",
    "x\x00\x1b[2J.pdf",
    "../../../etc/cron.d/x.pdf",
    "..\\..\\start.bat",
    "x\r\nSet-Cookie: a=b.pdf",
    "\u200b\ufeff.pdf",
    "x" * 60_000 + ".pdf",
    '"><img src=x onerror=alert(1)>.pdf',
)


def deflate(content, times=1):
    """Return content deflated over and over, and its filters."""
    for _time in range(times):
        content = zlib.compress(content, 9)
    return content, b"[" + b"/FlateDecode " * times + b"]"


@cache
def deflate_gigabyte():
    """Return blanks deflated twice, made without holding them in the memory."""
    packer = zlib.compressobj(6)
    megabyte = b" " * 1024 * 1024
    once = b"".join(packer.compress(megabyte) for _part in range(1024))
    return zlib.compress(once + packer.flush(), 9), b"[/FlateDecode /FlateDecode]"


def stream(content, filters=b"", more=b""):
    head = b"<< /Length %d %s" % (len(content), more)
    if filters:
        head += b" /Filter " + filters
    return head + b" >>\nstream\n" + content + b"\nendstream"


def build_pdf(objects, trailer=b""):
    """Return a PDF of numbered objects; the first is its catalog.

    :param dict objects: number to content
    :param bytes trailer: more of the trailer
    """
    content, places = b"%PDF-1.5\n", {}
    for number, body in objects.items():
        places[number] = len(content)
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(content)
    content += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        content += b"%d 1\n%010d 00000 n \n" % (number, place)
    return content + (
        b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
        % (max(objects) + 1, trailer, start)
    )


def page_pdf(body, pages=1, catalog=b"", more=None):
    """Return a PDF whose pages share one stream of content."""
    kids = b" ".join(b"%d 0 R" % (10 + number) for number in range(pages))
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R "
        b"/Resources << /Font << /F1 4 0 R >> /XObject << /X 5 0 R >> >> >>"
    )
    return build_pdf(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
            2: b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages),
            3: body,
            4: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            5: stream(
                b"/X Do " * 50,
                more=b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] "
                b"/Resources << /XObject << /X 5 0 R >> >>",
            ),
            **{10 + number: page for number in range(pages)},
            **(more or {}),
        }
    )


def embedding_pdf(file, count=1):
    """Return a PDF in which a file lies, as often as one likes."""
    names = b" ".join(b"(f%d) 900 0 R" % number for number in range(count))
    return page_pdf(
        stream(DRAW),
        catalog=b"/Names << /EmbeddedFiles << /Names [%s] >> >>" % names,
        more={
            900: b"<< /Type /Filespec /F (factur-x.xml) /EF << /F 901 0 R >> >>",
            901: file,
        },
    )


def nested_pdf(depth):
    content = page_pdf(stream(DRAW))
    for _level in range(depth):
        content = embedding_pdf(stream(*deflate(content)))
    return content


def object_stream_pdf():
    """A catalog inside a stream that inflates to more than any memory."""
    packed, filters = deflate_gigabyte()
    return b"%PDF-1.5\n" + (
        b"1 0 obj\n"
        + stream(packed, filters, b"/Type /XRef /W [1 2 1] /Size 9 /Root 2 0 R")
        + b"\nendobj\nstartxref\n9\n%%EOF\n"
    )


def locked_pdf():
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, encrypt="secret")
    page.drawString(60, 780, "Rechnung")
    page.save()
    return buffer.getvalue()


def pdfs():
    """Return dict of names to hostile PDFs."""
    loop = b"<< /Type /Pages /Kids [2 0 R 2 0 R 2 0 R] /Count 3 >>"
    packed = {
        "repeated": stream(*deflate(DRAW * 200_000)),
        "twice-deflated": stream(*deflate_gigabyte()),
        "hexadecimal": stream(
            *deflate(b"20" * 8_000_000)[:1], b"[/FlateDecode /ASCIIHexDecode]"
        ),
        "run-length": stream(
            *deflate(b"\x81 " * 8_000_000)[:1], b"[/FlateDecode /RunLengthDecode]"
        ),
        "deep-arrays": stream(b"[" * 90_000),
        "deep-groups": stream(*deflate(b"q " * 4_000_000)),
        "draws-itself": stream(b"/X Do " * 200),
    }
    return {
        **{name: page_pdf(body) for name, body in packed.items()},
        "shared-stream": page_pdf(stream(*deflate(DRAW * 20_000)), pages=300),
        "embedded-bomb": embedding_pdf(stream(*deflate_gigabyte())),
        "embedded-often": embedding_pdf(stream(*deflate(b" " * 9_000_000)), 2000),
        "embedded-deep": nested_pdf(6),
        "object-stream": object_stream_pdf(),
        "circle-of-pages": build_pdf({1: b"<< /Pages 2 0 R >>", 2: loop}),
        "circle-of-tables": build_pdf({1: b"<< >>"}, b"/Prev 9").replace(
            b"startxref\n", b"startxref\n1"
        ),
        "deep-objects": build_pdf({1: b"<< /Pages 2 0 R >>", 2: b"[" * 40_000}),
        "endless-length": page_pdf(b"<< /Length 99999999999 >>\nstream\nx"),
        "locked": locked_pdf(),
        "lock-broken": build_pdf({1: b"<< /Pages 2 0 R >>"}, b"/Encrypt 7 0 R"),
        "cut-off": page_pdf(stream(DRAW))[:300],
        "page-before-pdf": HTML + page_pdf(stream(DRAW)),
        "page-inside": page_pdf(stream(HTML + DRAW)).replace(
            b"%PDF-1.5\n", b"%PDF-1.5\n%" + HTML + b"\n"
        ),
    }


def png(width, height, *chunks, kind=0):
    """Return a PNG that says how large it is, with further chunks.

    :param int kind: 0 shades of grey, 6 colours and transparency
    """

    def chunk(name, body):
        body = name + body
        return struct.pack(">I", len(body) - 4) + body + _checksum(body)

    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    rows = zlib.compress(b"\0" * 100_000, 9)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(*part)
        for part in ((b"IHDR", head), *chunks, (b"IDAT", rows), (b"IEND", b""))
    )


def _checksum(body):
    return struct.pack(">I", zlib.crc32(body))


def real_png(width, height):
    """Return a whole PNG of one colour."""
    buffer = io.BytesIO()
    Image.new("L", (width, height)).save(buffer, "PNG")
    return buffer.getvalue()


def jpeg(width=40, height=30, segment=b""):
    """Return a JPEG that says how large it is, with further segments."""
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(buffer, "JPEG")
    content = buffer.getvalue()
    at = content.index(b"\xff\xc0") + 5
    content = content[:at] + struct.pack(">HH", height, width) + content[at + 4 :]
    return content[:2] + segment + content[2:]


def turned_jpeg(width, height):
    """Return a whole JPEG of a camera that was held upright."""
    buffer, exif = io.BytesIO(), Image.Exif()
    exif[0x112] = 6
    Image.new("RGB", (width, height), "red").save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def as_base64(content):
    return base64.b64encode(content)


def webp(width, height):
    body = b"WEBPVP8X" + struct.pack("<II", 10, 0)
    body += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", len(body)) + body


def pictures():
    """Return dict of names to hostile pictures."""
    exif = b"Exif\0\0II*\0\x08\0\0\0" + b"\xff\xff" + b"\x12\x01\x03\0" * 15_000
    comment = HTML + b" " * 1000
    return {
        "49-megapixels.png": real_png(7000, 7000),
        "endless.png": png(60_000, 60_000),
        "says-more.png": png(6000, 6000, kind=6),
        "text-bomb.png": png(
            9, 9, (b"zTXt", b"x\0\0" + zlib.compress(b" " * 50_000_000, 9))
        ),
        "profile-bomb.png": png(
            9, 9, (b"iCCP", b"x\0\0" + zlib.compress(b" " * 50_000_000, 9))
        ),
        "110-megapixels.jpg": jpeg(11_000, 10_000),
        "endless.jpg": jpeg(65_000, 65_000),
        "junk-in-exif.jpg": jpeg(
            segment=b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
        ),
        "page-inside.jpg": jpeg(
            segment=b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment
        ),
        "endless.webp": webp(2**24, 2**24),
        "endless.gif": b"GIF89a\xff\xff\xff\xff\x80\0\0" + b"\0" * 60,
        "page.gif": b"GIF89a/*" + HTML + b"*/=1;",
        "table.png": b"P\x36 30000 30000 255\n" + b"\0" * 60,
        "photo.heic": b"\0\0\0\x24ftypheic\0\0\0\0mif1MiHEheic" + b"\0" * 60,
        "page.jpg": HTML,
        "vector.svg": SVG,
    }


def others():
    """Return dict of names to archives, texts and programs."""
    office, archive = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(office, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        file.writestr("word/document.xml", b" " * 60_000_000)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for number in range(20):
            file.writestr(f"{number}.docx", office.getvalue())
    return {
        "bomb.docx": office.getvalue(),
        "bomb.zip": archive.getvalue()[:99_000],
        "laughs.xml": LAUGHS,
        "secret.xml": SECRET,
        "start.hta": HTML,
        "start.exe": b"MZ\x90\0" + b"\0" * 100,
        "empty.pdf": b"",
    }


@cache
def all_files():
    """Return dict of names to the whole corpus."""
    return {
        **{f"{name}.pdf": content for name, content in pdfs().items()},
        **pictures(),
        **others(),
    }
