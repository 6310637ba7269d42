"""The rows of sent lists in the ordeal's world: a list of openings of each employer, with its columns."""

from typing import Any

from employers.openings.imports import ImportVerdict
from employers.uploads.models import OpeningMapping, OpeningUpload, OpeningUploadRow
from employers.uploads.rules import UploadState
from tests.ordeal.canaries import Canaries


def add_lists(canaries: Canaries, centre_id: int, employer_id: int) -> None:
    """The rows of one side."""
    of: dict[str, Any] = {"centre_id": centre_id, "employer_id": employer_id}
    columns = {"CSV": {"columns": {"title": 0, "area": 1}, "titles": {"0": "岗位", "1": "地区"}, "header_row": 1,
                       "fingerprint": "0", "samples": []}}  # fmt: skip
    upload = canaries.make(
        OpeningUpload, **of, state=UploadState.CHECKED, file=b"x,y\n", publish=False, columns=columns, remarks=[]
    )
    canaries.make(
        OpeningUploadRow, upload_id=upload.id, sheet="CSV", row_no=2, verdict=ImportVerdict.REFUSED, cells={},
        unread=[], said={}, owners=of,
    )  # fmt: skip
    canaries.make(OpeningMapping, **of, fingerprint="0", columns={"0": "title", "1": "area"})
