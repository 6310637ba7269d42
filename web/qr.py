"""QR codes as inline SVG: black on white in every colour scheme, without styles."""

import segno
from markupsafe import Markup

BORDER = 3
"""Light modules around the code; the standard asks for 4, readers need 2."""


def qr(content: str, scale: int = 5) -> Markup:
    """The QR code of a short text; `scale` is the width of a module in pixels.

    It has a size and a view box: a style that makes the picture larger or smaller scales the code with it, instead of
    leaving a gap or cutting the code off.
    """
    code = segno.make(content, error="m", micro=False)
    width, height = code.symbol_size(scale, BORDER)
    drawing = code.svg_inline(
        scale=scale, border=BORDER, dark="#000", light="#fff", svgclass=None, lineclass=None, omitsize=True
    )
    sized = drawing.replace("<svg ", f'<svg width="{width}" height="{height}" ', 1)
    return Markup(sized)  # noqa: S704 - made of numbers by the library, nothing of the content stands in it
