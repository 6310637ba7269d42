"""QR codes as inline SVG: black on white in every colour scheme, without styles."""

import segno
from markupsafe import Markup


def qr(content: str, scale: int = 5) -> Markup:
    """The QR code of a short text; `scale` is the width of a module in pixels."""
    drawing = segno.make(content, error="m", micro=False).svg_inline(
        scale=scale, border=3, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    return Markup(drawing)  # noqa: S704 - made of numbers by the library, nothing of the content stands in it
