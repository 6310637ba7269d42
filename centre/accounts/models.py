"""Accounts and what lets them in, as they are kept: only digests, hashes and sealed secrets."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ColumnElement, ForeignKey, LargeBinary, String, false, or_, select, true
from sqlalchemy.orm import Mapped, mapped_column

from centre import clock
from centre.accounts.rules import PHONE_LOGIN, CodePurpose, Door, Stage, may_enter
from centre.network import Centre
from centre.people import Person
from centre.permissions import Actor, Permission, Role, Scope
from centre.tables import Instant, Record, coded
from centre.translation import N_


class Account(Record):
    """An account with its roles and the organisation that it represents (账号)."""

    login: Mapped[str] = mapped_column(String(60), unique=True, info={"blind": "login"})
    name: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[str]] = mapped_column(JSON)
    centre_id: Mapped[int | None] = mapped_column(ForeignKey(Centre.id))
    provider_id: Mapped[int | None]
    employer_id: Mapped[int | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    expires_on: Mapped[date | None]
    disabled: Mapped[bool] = mapped_column(default=False)
    entered_at: Mapped[datetime | None] = mapped_column(Instant)
    phone_proved_at: Mapped[datetime | None] = mapped_column(Instant)
    email_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    email_proved_at: Mapped[datetime | None] = mapped_column(Instant)
    by_email: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_demo: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """An account sees itself; administrators manage accounts through their action."""
        return cls.id == scope.account_id if scope.account_id else false()

    @property
    def actor(self) -> Actor:
        """The account as an acting party."""
        return Actor(
            account_id=self.id,
            name=self.name,
            roles=frozenset(Role(role) for role in self.roles),
            centre_id=self.centre_id,
            provider_id=self.provider_id,
            employer_id=self.employer_id,
            person_id=self.person_id,
        )

    @property
    def told_login(self) -> str:
        """The sign-in name as people know it; of a telephone number only a digest is kept."""
        return N_("手机号码") if self.login.startswith(PHONE_LOGIN) else self.login

    @property
    def usable(self) -> bool:
        """Whether the account may sign in today."""
        return may_enter(clock.today(), disabled=self.disabled, expires_on=self.expires_on)


class SignIn(Record):
    """A signed-in browser, known by the digest of a random token (登录会话)."""

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    csrf_token: Mapped[str] = mapped_column(String(64))
    stage: Mapped[Stage] = mapped_column(coded(Stage), default=Stage.FULL)
    door: Mapped[Door] = mapped_column(coded(Door), default=Door.PASSWORD)
    kiosk: Mapped[bool] = mapped_column(default=False)
    seen_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    proved_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    device: Mapped[str] = mapped_column(String(120), default="")

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """The sessions of the user's own account."""
        return cls.account_id == scope.account_id if scope.account_id else false()


class OneTimeCode(Record):
    """A code sent to a telephone, whether or not it has an account, or to an e-mail address (短信验证码).

    It belongs to the form that requested it (`asked_digest`): no other client can use it or use it up.
    """

    purpose: Mapped[CodePurpose] = mapped_column(coded(CodePurpose), default=CodePurpose.SIGN_IN)
    asked_digest: Mapped[str] = mapped_column(String(64), index=True)
    phone_index: Mapped[str] = mapped_column(String(64), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    digest: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(default=0)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:  # noqa: ARG003
        """Only the service itself reads it."""
        return false()


class SecondFactor(Record):
    """An account's authenticator; its key is encrypted, the last accepted time step is stored (动态口令).

    While another one is being bound, its key waits in `next_sealed` and the present one stays valid.
    """

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    next_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    last_step: Mapped[int] = mapped_column(default=0)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """One's own."""
        return cls.account_id == scope.account_id if scope.account_id else false()


class RecoveryCode(Record):
    """A code on paper that stands in once for a lost authenticator (备用码)."""

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """One's own."""
        return cls.account_id == scope.account_id if scope.account_id else false()


class SignInCard(Record):
    """A card with a QR code and a PIN for a person without a telephone (服务卡)."""

    __table_args__ = (CheckConstraint("wrong_pins BETWEEN 0 AND 5", name="wrong_pins"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    pin_hash: Mapped[str] = mapped_column(String(200))
    wrong_pins: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    issued_by: Mapped[int | None]

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """The holder, and the staff of the centre that serves the holder."""
        if scope.all_centres:
            return true()
        rules: list[ColumnElement[bool]] = []
        if scope.staff and scope.centre_id:
            rules.append(cls.person_id.in_(select(Person.id).where(Person.centre_id == scope.centre_id)))
        if scope.account_id:
            rules.append(cls.account_id == scope.account_id)
        return or_(false(), *rules)


class ApiToken(Record):
    """A token with which a school's or an employer's own program calls the API (接口令牌)."""

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    name: Mapped[str] = mapped_column(String(50))
    prefix: Mapped[str] = mapped_column(String(12))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    permissions: Mapped[list[str]] = mapped_column(JSON)
    expires_on: Mapped[date]
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    issued_by: Mapped[int | None]

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:  # noqa: ARG003
        """No scope shows them; managers of tokens list them through their own query."""
        return false()

    @property
    def allowed(self) -> frozenset[Permission]:
        """What the token may do; permissions that no longer exist are left out."""
        known = {permission.value for permission in Permission}
        return frozenset(Permission(name) for name in self.permissions if name in known)

    @property
    def live(self) -> bool:
        """Whether the token opens anything today."""
        return self.revoked_at is None and self.expires_on >= clock.today()
