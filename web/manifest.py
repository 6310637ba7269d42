"""Web app manifests: what a browser needs to put pages on a telephone's first screen. All files are our own."""

import json

from starlette.responses import Response

PAPER, INDIGO = "#fbf6ec", "#1d3573"
ICON = {"src": "/static/favicon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
# Browsers of old Android telephones install a page only with pictures of these sizes.
PICTURES = [
    {"src": f"/static/{name}-{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
    for name, purpose in (("icon", "any"), ("icon-maskable", "maskable"))
    for size in (192, 512)
]


def app_manifest(name: str, *, scope: str) -> Response:
    """The manifest of the pages below `scope`, which is also where the app begins."""
    described = {
        "name": name,
        "short_name": name,
        "start_url": scope,
        "scope": scope,
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": INDIGO,
        "icons": [ICON, *PICTURES],
    }
    return Response(json.dumps(described, ensure_ascii=False), media_type="application/manifest+json")
