"""Refusals: errors with a stable code and a message that says what to do."""

import dataclasses
from collections.abc import Sequence
from typing import Any, ClassVar

from centre.translation import N_


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """A problem with one field of the input."""

    field: str
    code: str
    message: str
    params: dict[str, Any] = dataclasses.field(default_factory=dict)


class Refusal(Exception):
    """The base class of refusals: a stable code, an HTTP status and a message in the source language."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    message: ClassVar[str] = N_("无法办理这项请求")

    def __init__(self, *, field: str = "", **params: Any) -> None:
        super().__init__(self.code)
        self.field = field
        self.params = params

    @property
    def problems(self) -> Sequence[Problem]:
        """The refusal as a list of field problems, one entry unless a subclass carries more."""
        return [Problem(self.field, self.code, self.message, self.params)]


class NotSignedIn(Refusal):
    """The request requires authentication."""

    code = "not-signed-in"
    status = 401
    message = N_("请先登录")


class Forbidden(Refusal):
    """The account does not have the permission."""

    code = "forbidden"
    status = 403
    message = N_("您的账号没有办理这项业务的权限")


class OtherCentre(Forbidden):
    """The record is visible but belongs to another centre, which alone may change it."""

    code = "other-centre"
    message = N_("这条记录由别的中心负责，请联系他们办理")


class NotFound(Refusal):
    """The record does not exist or is not visible to the reader; both responses are deliberately identical."""

    code = "not-found"
    status = 404
    message = N_("没有找到您要的内容，可能已经下架或地址有误")


class Conflict(Refusal):
    """The request is valid, but conflicts with the current state."""

    code = "conflict"
    status = 409
    message = N_("当前状态不允许这项操作，请刷新后再试")


class Stale(Conflict):
    """The record has changed since the reader loaded it."""

    code = "stale"
    message = N_("这条记录刚被别人改过，请刷新后再改")


class TooLarge(Refusal):
    """The body or the file exceeds the size limit."""

    code = "too-large"
    status = 413
    message = N_("文件或内容太大，最多 {limit_mb} MB")


class Invalid(Refusal):
    """One or more fields are invalid; all of them are reported at once."""

    code = "invalid"
    status = 422
    message = N_("有内容需要修改")

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self._problems = list(problems)

    @property
    def problems(self) -> Sequence[Problem]:
        """Every field problem."""
        return self._problems


class TooMany(Refusal):
    """The rate limit is exceeded; `retry_after` is the number of seconds to wait."""

    code = "too-many"
    status = 429
    message = N_("操作太频繁，请 {retry_after} 秒后再试")


class Unavailable(Refusal):
    """The database or another component is temporarily unavailable."""

    code = "unavailable"
    status = 503
    message = N_("系统正忙，请稍后再试")
