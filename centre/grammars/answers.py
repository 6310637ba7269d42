"""Yes and no as people write them: 是, 接受, √, 不接受, 无, 不详 (是否). Pure."""

from centre.grammars.reading import Unreadable, levelled, words
from centre.translation import N_


class AnswerUnreadable(Unreadable):
    """A word that means neither yes nor no."""

    code = "answer-unreadable"
    message = N_("“{text}”看不出是“是”还是“否”，请写 是 或 否")


_VERBS = words("接受 可以 愿意 需要 提供 同意 能 能够 要 包 有 是 行 可 会 对 上 倒 允许 支持 含 参加 服从")
YES = frozenset([*words("1 true yes y t on ok √ ✓ ✔ ☑ ■ ● 愿 能接受 可接受 没问题"), *_VERBS])
NO = frozenset(
    [
        *words("0 false no n f off x × ✗ ✘ 否 无 不 没 非 免 勿 没有 不愿 不行 不能接受 不可接受 拒绝"),
        *(f"不{verb}" for verb in _VERBS),
    ]
)
UNKNOWN = frozenset(["", *words("- -- / n/a na null none 不详 未知 不清楚 未填 未说明 待定 空")])


def read_answer(text: str) -> bool | None:
    """True, False, or None where nothing is stated. Raises AnswerUnreadable for any other word."""
    level = levelled(text).rstrip("。.!")
    if level in UNKNOWN:
        return None
    if level in YES:
        return True
    if level in NO:
        return False
    raise AnswerUnreadable(text)
