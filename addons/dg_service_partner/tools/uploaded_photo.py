"""Photos that people send with a form: what they really are, and how big."""

import io
import warnings

from PIL import Image, UnidentifiedImageError

# What the cameras of phones make, browsers show and Odoo's Pillow reads.
# Pillow calls photos with a second picture inside, as some phones make them, MPO.
_MIMETYPES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
}
_OPENED_FORMATS = ("JPEG", "PNG")
# The brands of HEIC, which most browsers cannot show: bytes 4 to 12 of the file.
_HEIC_STARTS = tuple(
    b"ftyp" + brand
    for brand in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
)
PHOTO_EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
}


class PhotoTooLarge(Exception):
    """The file holds more bytes than allowed."""


class PhotoUnreadable(Exception):
    """The file is no photo, whatever its name says."""


class PhotoInHeic(PhotoUnreadable):
    """The file is a photo in the format of Apple's cameras."""


def read_photo(stream, max_bytes):
    """Return content and mimetype of a photo, judged by its content alone.

    :param stream: binary file, read at most one byte past the limit
    :param int max_bytes: of the file
    :return: tuple (bytes, mimetype)
    :raises PhotoTooLarge: more bytes than allowed
    :raises PhotoInHeic: a photo that browsers could not show
    :raises PhotoUnreadable: not one of the formats, or it cannot be decoded
    """
    content = stream.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise PhotoTooLarge
    if content[4:12] in _HEIC_STARTS:
        raise PhotoInHeic
    if _is_webp(content):
        return content, "image/webp"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_OPENED_FORMATS) as image:
                mimetype = _MIMETYPES[image.format]
                image.verify()
    except (
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        KeyError,
        OSError,
        SyntaxError,
        UnidentifiedImageError,
        ValueError,
    ) as error:
        raise PhotoUnreadable from error
    return content, mimetype


def _is_webp(content):
    """Return whether the content is one whole WebP file.

    Odoo keeps Pillow from opening WebP, and nothing on the server decodes it: the
    frame of the file has to be right, as for JPEG.
    """
    return (
        content[:4] == b"RIFF"
        and content[8:16] in (b"WEBPVP8 ", b"WEBPVP8L", b"WEBPVP8X")
        and int.from_bytes(content[4:8], "little") == len(content) - 8
    )
