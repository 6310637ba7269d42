"""Refusals: what the service will not do, why, and what the reader can do about it."""

import dataclasses
from collections.abc import Sequence
from typing import Any, ClassVar

from centre.translation import N_


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one field of what was sent."""

    field: str
    code: str
    message: str
    params: dict[str, Any] = dataclasses.field(default_factory=dict)


class Refusal(Exception):
    """The base of every refusal: a stable code, an HTTP-like status and a message in the source language."""

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
    """Nobody is signed in and the request needs somebody."""

    code = "not-signed-in"
    status = 401
    message = N_("请先登录")


class Forbidden(Refusal):
    """The signed-in account may not do this."""

    code = "forbidden"
    status = 403
    message = N_("您的账号没有办理这项业务的权限")


class OtherCentre(Forbidden):
    """The record is another centre's to change, although it may be read here."""

    code = "other-centre"
    message = N_("这条记录由别的中心负责，请联系他们办理")


class NotFound(Refusal):
    """There is no such thing, or it is not the reader's: both answers are alike on purpose."""

    code = "not-found"
    status = 404
    message = N_("没有找到您要的内容，可能已经下架或地址有误")


class Conflict(Refusal):
    """The request is well formed, but the state of things does not allow it now."""

    code = "conflict"
    status = 409
    message = N_("当前状态不允许这项操作，请刷新后再试")


class Stale(Conflict):
    """Somebody else changed the record since the reader saw it."""

    code = "stale"
    message = N_("这条记录刚被别人改过，请刷新后再改")


class TooLarge(Refusal):
    """The body or the file is over the limit."""

    code = "too-large"
    status = 413
    message = N_("文件或内容太大，最多 {limit_mb} MB")


class Invalid(Refusal):
    """One or more fields cannot be accepted; all of them are told at once."""

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
    """The caller asked too often; `retry_after` says in how many seconds to try again."""

    code = "too-many"
    status = 429
    message = N_("操作太频繁，请 {retry_after} 秒后再试")


class Unavailable(Refusal):
    """The database or another needed part is away for the moment."""

    code = "unavailable"
    status = 503
    message = N_("系统正忙，请稍后再试")
