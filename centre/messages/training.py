"""What is written to trainees, and to the schools that teach them."""

from centre.messages.wording import Wording
from centre.translation import N_

TRAINEES, SCHOOLS = N_("培训学员"), N_("培训学校")

ENROLMENT = Wording(
    TRAINEES, "enrolment", N_("培训报名成功：{major}"), N_("{start} 开班，班号 {class_no}。"), keep=frozenset({"start"})
)
ENROLMENT_WITHDRAWN = Wording(
    TRAINEES, "enrolment-withdrawn", N_("已为您办理退班：{major}"), "{reason}", kind="enrolment-ended"
)
ENROLMENT_REFUSED = Wording(
    TRAINEES, "enrolment-refused", N_("报名没有通过：{major}"), "{reason}", kind="enrolment-ended"
)
CLASS_CANCELLED = Wording(
    TRAINEES,
    "class-cancelled",
    N_("班不办了：{major}"),
    N_("{class_no} 班不办了。您可以改报别的班。"),
    kind="class-ended",
)
CLASS_CANCELLED_BECAUSE = Wording(
    TRAINEES,
    "class-cancelled-because",
    N_("班不办了：{major}"),
    N_("{class_no} 班不办了，原因：{reason}。您可以改报别的班。"),
    kind="class-ended",
)
CLASS_FULL = Wording(
    TRAINEES,
    "class-full",
    N_("这个班没有名额了：{major}"),
    N_("{class_no} 班已经上课，不再补人。您可以改报别的班。"),
    kind="class-ended",
)
CLASS_SUSPENDED = Wording(TRAINEES, "class-suspended", N_("暂停上课：{major}"), "{reason}", kind="class-paused")
CLASS_RESUMED = Wording(TRAINEES, "class-resumed", N_("恢复上课：{major}"), "{reason}", kind="class-paused")
SEAT_OFFER = Wording(
    TRAINEES,
    "seat-offer",
    N_("有名额了：{major}"),
    N_("{class_no} 班空出一个名额，请在 {until} 以前确认，过时让给下一位。"),
    keep=frozenset({"until"}),
)
ABSENCE_WARNED = Wording(
    TRAINEES,
    "absence-warned",
    N_("您已连续 {run} 天没来上课：{major}"),
    N_("连续缺勤 {out} 天将按中途退学处理。有困难请打学校或中心电话。"),
    keep=frozenset({"run", "out"}),
    kind="absence",
)
ABSENCE_DROPPED = Wording(TRAINEES, "absence-dropped", N_("已按中途退学处理：{major}"), kind="absence")
CERTIFICATE_ISSUED = Wording(
    TRAINEES,
    "certificate-issued",
    N_("您的培训证书已发放：{course}"),
    N_("证书编号 {code}，任何人都可以凭编号核验真伪。"),
    keep=frozenset({"code"}),
    kind="certificate",
)
CERTIFICATE_REVOKED = Wording(
    TRAINEES, "certificate-revoked", N_("您的培训证书已撤销：{course}"), "{reason}", kind="certificate"
)
RESIT_OVER = Wording(
    TRAINEES,
    "resit-over",
    N_("补考时间已过：{course}"),
    N_("补考截止 {until}，您没有参加。想要证书，可以重新报名。"),
)

CLASS_APPROVED = Wording(SCHOOLS, "class-approved", N_("开班申请已批准：{class_no}"), kind="class-answer")
CLASS_REFUSED = Wording(SCHOOLS, "class-refused", N_("开班申请被退回：{class_no}"), "{reason}", kind="class-answer")
SCHOOL_CLASS_CANCELLED = Wording(
    SCHOOLS, "school-class-cancelled", N_("班已取消：{class_no}"), "{reason}", kind="class-answer"
)
SCHOOL_CLASS_BROKEN_OFF = Wording(
    SCHOOLS, "school-class-broken-off", N_("班已中止：{class_no}"), "{reason}", kind="class-answer"
)
SCHOOL_CLASS_SUSPENDED = Wording(
    SCHOOLS, "school-class-suspended", N_("班已暂停上课：{class_no}"), "{reason}", kind="class-answer"
)
SCHOOL_CLASS_RESUMED = Wording(
    SCHOOLS, "school-class-resumed", N_("班恢复上课：{class_no}"), "{reason}", kind="class-answer"
)
CLAIM_RETURNED = Wording(SCHOOLS, "claim-returned", N_("补贴申请被退回：{class_no}"), "{reason}", kind="claim")
CLAIM_PAID = Wording(SCHOOLS, "claim-paid", N_("培训补贴已拨付：{class_no}"), "{voucher}", kind="claim")
CLAIM_CLAWBACK = Wording(SCHOOLS, "claim-clawback", N_("需退回培训补贴：{class_no}"), "{reason}", kind="claim")
PROVIDER_SUSPENDED = Wording(SCHOOLS, "provider-suspended", N_("中心暂停了和贵校的合作"), "{reason}", kind="provider")
PROVIDER_RESUMED = Wording(SCHOOLS, "provider-resumed", N_("中心恢复了和贵校的合作"), "{reason}", kind="provider")
PROVIDER_ENDED = Wording(SCHOOLS, "provider-ended", N_("中心终止了和贵校的合作"), "{reason}", kind="provider")
