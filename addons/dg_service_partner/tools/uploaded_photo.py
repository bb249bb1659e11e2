"""Pictures that people send: what they really are, and how big."""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from .limits import MAX_JPEG_MEGAPIXELS, MAX_MEGAPIXELS

# What Odoo's Pillow opens, whatever the name of the file says. Pillow calls photos with
# a second picture inside, as some phones make them, MPO.
_OPENED_FORMATS = ("BMP", "DIB", "GIF", "ICO", "JPEG", "PNG", "PPM")
_MIMETYPES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
}
# The brands of HEIC, which most browsers cannot show: bytes 4 to 12 of the file.
_HEIC_STARTS = tuple(
    b"ftyp" + brand
    for brand in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
)
# What the cameras of phones make and browsers show.
PHOTO_EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
}


class PhotoTooLarge(Exception):
    """The file holds more bytes than allowed."""


class PhotoTooManyPixels(Exception):
    """The picture is larger than what is decoded; the argument: how many megapixels."""


class PhotoUnreadable(Exception):
    """The file is no photo, whatever its name says."""


class PhotoInHeic(PhotoUnreadable):
    """The file is a photo in the format of Apple's cameras."""


@dataclass(frozen=True)
class Picture:
    """What the head of a picture says; nothing of it is decoded.

    :param str format: as Pillow calls it
    :param int width: in pixels
    :param int height: in pixels
    """

    format: str
    width: int
    height: int

    @property
    def mimetype(self):
        return _MIMETYPES.get(self.format)

    def check_size(self):
        """Refuse more pixels than are ever decoded.

        :raises PhotoTooManyPixels: with the limit in megapixels
        """
        is_jpeg = self.mimetype == "image/jpeg"
        limit = MAX_JPEG_MEGAPIXELS if is_jpeg else MAX_MEGAPIXELS
        if self.width * self.height > limit * 1_000_000:
            raise PhotoTooManyPixels(limit)


def read_photo(stream, max_bytes):
    """Return content and mimetype of a photo, judged by its content alone.

    :param stream: binary file, read at most one byte past the limit
    :param int max_bytes: of the file
    :return: tuple (bytes, mimetype)
    :raises PhotoTooLarge: more bytes than allowed
    :raises PhotoTooManyPixels: more pixels than allowed
    :raises PhotoInHeic: a photo that browsers could not show
    :raises PhotoUnreadable: not one of the formats, or it is not whole
    """
    content = stream.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise PhotoTooLarge
    if content[4:12] in _HEIC_STARTS:
        raise PhotoInHeic
    picture = measure_picture(content)
    if not picture or not picture.mimetype:
        raise PhotoUnreadable
    picture.check_size()
    if picture.format != "WEBP":
        _verify(content)
    return content, picture.mimetype


def measure_picture(content):
    """Return what the head of a picture says, None if the file is none.

    :param bytes content: any file
    :raises PhotoTooManyPixels: so many that Pillow does not open it
    """
    if content[:4] == b"RIFF":
        return _measure_webp(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_OPENED_FORMATS) as image:
                return Picture(image.format, *image.size)
    except Image.DecompressionBombError as error:
        is_jpeg = content.startswith(b"\xff\xd8")
        limit = MAX_JPEG_MEGAPIXELS if is_jpeg else MAX_MEGAPIXELS
        raise PhotoTooManyPixels(limit) from error
    except (
        OSError,
        OverflowError,
        SyntaxError,
        UnidentifiedImageError,
        ValueError,
    ):
        return None


def _verify(content):
    """Refuse a picture whose parts are broken, without decoding it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_OPENED_FORMATS) as image:
                image.verify()
    except (OSError, SyntaxError, ValueError) as error:
        raise PhotoUnreadable from error


def _measure_webp(content):
    """Return what the head of one whole WebP file says.

    Odoo keeps Pillow from opening WebP, and nothing on the server decodes it: the
    frame of the file has to be right, as for JPEG.
    """
    kind = content[8:16]
    if int.from_bytes(content[4:8], "little") != len(content) - 8:
        return None
    if kind == b"WEBPVP8X":
        width, height = (
            int.from_bytes(content[at : at + 3], "little") + 1 for at in (24, 27)
        )
    elif kind == b"WEBPVP8L":
        bits = int.from_bytes(content[21:25], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"WEBPVP8 ":
        width, height = (
            int.from_bytes(content[at : at + 2], "little") & 0x3FFF for at in (26, 28)
        )
    else:
        return None
    return Picture("WEBP", width, height)
