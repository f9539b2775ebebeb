"""An agent's own picture: whatever is uploaded, what we keep is a small square made anew."""

from io import BytesIO
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image, ImageOps, UnidentifiedImageError

LARGEST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 40_000_000
SIDE = 400
READ_FORMATS = ["PNG", "JPEG", "WEBP", "GIF"]

NO_IMAGE = "This is not an image we can read. Please choose a PNG, JPEG, WebP or GIF file."
TOO_BIG = "This image is too big. Please choose one of at most 5 MB and 40 million pixels."


def as_square(upload):
    """The middle of the image as a new WebP file, without what cameras note in it. Raises ValidationError."""
    if upload.size > LARGEST_BYTES:
        raise ValidationError(TOO_BIG)
    kept = BytesIO()
    _squared(upload).save(kept, "WEBP", quality=85)
    # Running chats go on showing the old picture, so a new one never takes its name.
    return ContentFile(kept.getvalue(), name=f"{uuid4().hex}.webp")


def _squared(upload):
    try:
        image = Image.open(upload, formats=READ_FORMATS)
        if image.width * image.height > MOST_PIXELS:
            raise ValidationError(TOO_BIG)
        image.draft("RGB", (2 * SIDE, 2 * SIDE))
        upright = ImageOps.exif_transpose(image).convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(TOO_BIG) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise ValidationError(NO_IMAGE) from error
    side = min(SIDE, *upright.size)
    plain = Image.new("RGB", (side, side), "white")
    square = ImageOps.fit(upright, (side, side))
    plain.paste(square, mask=square.getchannel("A"))
    return plain
