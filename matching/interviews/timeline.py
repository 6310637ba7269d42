"""The story of one introduction as the worker reads it: told, letter, interview, hired; who, when, what now (进展)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from centre.translation import N_
from matching.interviews.models import Interview
from matching.interviews.queries import ARRANGEABLE
from matching.interviews.rules import LIVING, InterviewState
from matching.introductions.models import Introduction, Placement
from matching.introductions.rules import DONE, INTRODUCTION_LABELS, PLACEMENT_LABELS, IntroductionState

S = IntroductionState


class StepState(StrEnum):
    """Where a step of the story stands (步骤状态)."""

    DONE = "done"
    NOW = "now"
    LATER = "later"
    STOPPED = "stopped"


class NextAction(StrEnum):
    """The one thing that the worker does next (下一步)."""

    ANSWER_PROPOSAL = "answer_proposal"
    WAIT_FOR_CENTRE = "wait_for_centre"
    ANSWER_INTERVIEW = "answer_interview"
    GO_TO_INTERVIEW = "go_to_interview"
    TAKE_LETTER = "take_letter"
    CALL_CENTRE = "call_centre"
    TELL_RESULT = "tell_result"
    WORK = "work"
    LOOK_ON = "look_on"


ACTION_LABELS = {
    NextAction.ANSWER_PROPOSAL: N_("答复去不去"),
    NextAction.WAIT_FOR_CENTRE: N_("已经告诉中心，等开推荐信，开好了发消息给您"),
    NextAction.ANSWER_INTERVIEW: N_("答复这个时间行不行"),
    NextAction.GO_TO_INTERVIEW: N_("按时去面试，带上身份证和推荐信"),
    NextAction.TAKE_LETTER: N_("带上身份证和推荐信去单位"),
    NextAction.CALL_CENTRE: N_("打电话问中心"),
    NextAction.TELL_RESULT: N_("面试有结果了，告诉中心"),
    NextAction.WORK: N_("上班，有问题打电话问中心"),
    NextAction.LOOK_ON: N_("看看别的岗位"),
}


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """One step of the story: what, who does it, when it was done or is due (进展步骤)."""

    title: str
    who: str
    at: datetime | None
    state: StepState
    note: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The steps in order, and the one next action (进展)."""

    steps: tuple[TimelineStep, ...]
    action: NextAction


CENTRE, ME, EMPLOYER = N_("中心"), N_("我"), N_("单位")
_WITH_LETTER = (S.LETTER_ISSUED, S.UNKNOWN, S.VOID)


def timeline_of(introduction: Introduction, interview: Interview | None, placement: Placement | None) -> Timeline:
    """The story of an introduction; `interview` is its latest appointment."""
    over = introduction.state in DONE or introduction.state is S.VOID
    asked = introduction.agreed_at or introduction.created_at
    own = introduction.agreed_at is not None
    steps = [
        TimelineStep(N_("说要去") if own else N_("中心推荐"), ME if own else CENTRE, asked, StepState.DONE),
        _step(N_("开推荐信"), CENTRE, introduction.issued_at, is_done=introduction.letter_no is not None, over=over),
        _interview_step(introduction, interview, over=over),
    ]
    if over and introduction.state is not S.HIRED:
        steps.append(
            TimelineStep(
                INTRODUCTION_LABELS[introduction.state],
                EMPLOYER if introduction.state is S.REFUSED_BY_EMPLOYER else CENTRE,
                introduction.result_at or introduction.updated_at,
                StepState.STOPPED,
                introduction.reason_told,
            )
        )
    else:
        hired = introduction.state is S.HIRED
        steps.append(_step(N_("录用"), EMPLOYER, introduction.result_at, is_done=hired, over=False))
        if placement is not None:
            steps.append(TimelineStep(PLACEMENT_LABELS[placement.state], ME, None, StepState.NOW))
    return Timeline(_with_present(steps), _action(introduction, interview))


def _step(title: str, who: str, at: datetime | None, *, is_done: bool, over: bool) -> TimelineStep:
    state = StepState.DONE if is_done else StepState.STOPPED if over else StepState.LATER
    return TimelineStep(title, who, at if is_done else None, state)


def _interview_step(introduction: Introduction, interview: Interview | None, *, over: bool) -> TimelineStep:
    passed = introduction.state in (S.INTERVIEWED, S.OFFERED, S.HIRED)
    if interview is None or interview.state not in LIVING:
        return _step(N_("面试"), EMPLOYER, None, is_done=passed, over=over)
    state = StepState.DONE if passed else StepState.STOPPED if over else StepState.LATER
    return TimelineStep(N_("面试"), EMPLOYER, interview.starts_at, state, interview.place)


def _with_present(steps: list[TimelineStep]) -> tuple[TimelineStep, ...]:
    """The first step that is not done is the present one."""
    marked, is_past = [], True
    for step in steps:
        if is_past and step.state is StepState.LATER:
            step, is_past = TimelineStep(step.title, step.who, step.at, StepState.NOW, step.note), False
        marked.append(step)
    return tuple(marked)


def _action(introduction: Introduction, interview: Interview | None) -> NextAction:
    state = introduction.state
    if state is S.HIRED:
        return NextAction.WORK
    if state in DONE:
        return NextAction.LOOK_ON
    if introduction.flag or state is S.VOID:
        return NextAction.CALL_CENTRE
    if state is S.RECOMMENDED:
        return NextAction.ANSWER_PROPOSAL if introduction.agreed_at is None else NextAction.WAIT_FOR_CENTRE
    if interview is not None and state in ARRANGEABLE:
        if interview.state is InterviewState.PROPOSED:
            return NextAction.ANSWER_INTERVIEW
        if interview.state is InterviewState.ACCEPTED and state in _WITH_LETTER:
            return NextAction.GO_TO_INTERVIEW
    return NextAction.TAKE_LETTER if state is S.LETTER_ISSUED else NextAction.TELL_RESULT
