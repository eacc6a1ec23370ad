"""Who may sign in, and how: people with a role, and links that sign in once."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models, transaction
from django.utils.functional import cached_property

from scheduler.web import rights
from scheduler.web.rights import Held
from scheduler.web.roles import Role, Scope

#: So that a token is known for one wherever it turns up.
TOKEN_BEGINS = "hjul_"  # noqa: S105 - what all of them begin with
_USED_EVERY = dt.timedelta(hours=1)


class User(AbstractBaseUser):
    """Somebody who signs in. Events name them by `name`; who is gone is kept as inactive.

    What somebody may do follows from their `grants`. `consultant_id` is which of the consultants somebody is; empty for
    none. `calendar` is the secret of the private calendar address, empty where there is none.
    """

    name = models.CharField(max_length=80, unique=True)
    consultant_id = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=2, default="da")
    is_active = models.BooleanField(default=True)
    calendar = models.CharField(max_length=64, blank=True)
    #: What they are called by those who sign people in elsewhere; empty for who signs in by links only.
    account = models.CharField(max_length=200, blank=True)
    #: A new one ends all sessions.
    signed_in_since = models.IntegerField(default=0)

    class Meta:
        """An account is one person's."""

        constraints = (
            models.UniqueConstraint(
                fields=("account",), condition=~models.Q(account=""), name="one_person_an_account"
            ),
        )

    USERNAME_FIELD = "name"
    objects: ClassVar[BaseUserManager[Self]] = BaseUserManager()

    @cached_property
    def held(self) -> tuple[Held, ...]:
        """Roles of somebody, each with where; the first ones of `Role` first."""
        order = [role.value for role in Role]
        found = [Held(each.role, each.base_id) for each in self.grants.all()]
        return tuple(sorted(found, key=lambda each: (order.index(each.role), each.base_id)))

    @property
    def roles(self) -> frozenset[str]:
        """The roles that somebody holds somewhere."""
        return frozenset(each.role for each in self.held)

    @property
    def role(self) -> str:
        """What somebody is first of all; empty where they hold no role."""
        return self.held[0].role if self.held else ""

    def may(self, name: str) -> bool:
        """Tell whether somebody may ask for an address, by its name: somewhere where its view cuts, else everywhere."""
        if not rights.may(self.roles, name):
            return False
        at = self.bases(name)
        return at is None or name in rights.CUT or (bool(at) and at >= all_bases())

    def bases(self, name: str) -> frozenset[str] | None:
        """Return the job centres at which somebody has the right to an address; None for all of them."""
        return rights.bases(self.held, name)

    def get_session_auth_hash(self) -> str:
        """Return what a session must know to go on; removing somebody's devices changes it."""
        from django.utils.crypto import salted_hmac

        return salted_hmac(
            "hjul.session", f"{self.pk}/{self.signed_in_since}", algorithm="sha256"
        ).hexdigest()


class Grant(models.Model):
    """A role of somebody at a job centre; an empty `base_id` is all of them, also those to come."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=15, choices=[(role.value, role.value) for role in Role])
    base_id = models.CharField(max_length=64, blank=True)

    class Meta:
        """Each once."""

        constraints = (
            models.UniqueConstraint(fields=("user", "role", "base_id"), name="one_grant_a_role_and_base"),
        )


class SignInLink(models.Model):
    """A link that signs somebody in, once and until it ends; only what its secret hashes to is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="links")
    sha256 = models.CharField(max_length=64, unique=True)
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    @classmethod
    def make(cls, user: User, *, ends_at: dt.datetime) -> str:
        """Make a link for somebody and return its secret, which nobody can be told again."""
        secret = secrets.token_urlsafe(32)
        cls.objects.create(user=user, sha256=_sha256(secret), ends_at=ends_at)
        return secret

    @classmethod
    def find(cls, secret: str, at: dt.datetime) -> Self | None:
        """Return the link with a secret, where it still serves."""
        return cls.objects.filter(
            sha256=_sha256(secret), used_at=None, ends_at__gt=at, user__is_active=True
        ).first()

    @classmethod
    def take(cls, secret: str, at: dt.datetime) -> User | None:
        """Use a link up and return whom it signs in; None where it does not serve (any longer)."""
        with transaction.atomic():
            link = cls.find(secret, at)
            if link is None or not cls.objects.filter(id=link.id, used_at=None).update(used_at=at):
                return None
            return link.user


class Token(models.Model):
    """What a program shows to act for somebody until it ends or is revoked; only what it hashes to is kept.

    It has a role of its own, and is good for its scopes alone.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=15, choices=[(role.value, role.value) for role in Role])
    scopes = models.JSONField()
    sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        """The newest first."""

        ordering = ("-id",)

    @classmethod
    def make(
        cls,
        user: User,
        name: str,
        role: Role,
        scopes: Iterable[Scope],
        *,
        at: dt.datetime,
        ends_at: dt.datetime,
    ) -> str:
        """Make a token for somebody and return it; nobody can be told it again."""
        secret = f"{TOKEN_BEGINS}{secrets.token_urlsafe(32)}"
        said = sorted(scope.value for scope in scopes)
        cls.objects.create(
            user=user, name=name, role=role, scopes=said, sha256=_sha256(secret), made_at=at, ends_at=ends_at
        )
        return secret

    @classmethod
    def find(cls, secret: str, at: dt.datetime) -> Self | None:
        """Return the token that is shown, where it still serves."""
        found = cls.objects.select_related("user").filter(sha256=_sha256(secret), ends_at__gt=at)
        return found.filter(user__is_active=True).first()

    def use(self, at: dt.datetime) -> None:
        """Remember that it was used; not at each use, so that reading need not write."""
        if self.used_at is None or at - self.used_at > _USED_EVERY:
            Token.objects.filter(pk=self.pk).update(used_at=at)


class KeptAnswer(models.Model):
    """What was answered to a call with an `Idempotency-Key`, to be answered again when it comes again.

    `sha256` is of what was asked. While the call is at work `status` is 0.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="kept_answers")
    key = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    status = models.IntegerField(default=0)
    headers = models.JSONField(default=dict)
    content = models.TextField(blank=True)

    class Meta:
        """Of two calls with one key only the first does anything."""

        constraints = (models.UniqueConstraint(fields=("user", "key"), name="one_answer_a_key"),)


def account_of(name: str) -> str:
    """Return an account as it is kept: letters of ASCII in any case are the same, others only themselves."""
    name = name.strip()
    return name.lower() if name.isascii() else name


def all_bases() -> frozenset[str]:
    """Return the job centres of the project."""
    from scheduler.store import tables, whose

    return whose.bases_in({name: tables.read_table(name) for name in whose.BASED})


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
