"""The store's tables in the database.

What must never be there twice is held by the database: an id, a week's draft, a week's published edition, a
message; and that of two workers only one has a job.
"""

from django.db import models
from django.db.models import Q


class Event(models.Model):
    """One act: who did what when, written in the same transaction as what was done.

    `what` is a Text as JSON. `week` is the week that it is about; empty where it is about none. `changes_tables`
    tells that what a week is planned from may be another since.
    """

    at = models.DateTimeField()
    who = models.CharField(max_length=200)
    what = models.JSONField()
    week = models.CharField(max_length=8, blank=True, db_index=True)
    changes_tables = models.BooleanField(default=False)
    undone_by = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undoes")


class Row(models.Model):
    """A row of a table, as cells: text by the names of the columns; blank ones are left out.

    Of a home visit the address and the point are in its `Home`. `key` is what no other row of the table has;
    None in tables without such columns.
    """

    table = models.CharField(max_length=40)
    position = models.IntegerField()
    key = models.CharField(max_length=200, null=True)  # noqa: DJ001 - None is like no other None
    cells = models.JSONField()

    class Meta:
        """The order is that of the project's tables."""

        ordering = ("table", "position", "id")
        constraints = (models.UniqueConstraint(fields=("table", "key"), name="one_row_a_key"),)


class Home(models.Model):
    """Where a home visit is made: the one place in which that stands, so that it can be forgotten.

    `rides` are the paths to and from it that editions have shown, packed.
    """

    row = models.OneToOneField(Row, on_delete=models.CASCADE, related_name="home")
    cells = models.JSONField()
    rides = models.BinaryField(default=b"")


class RowChange(models.Model):
    """How an event changed a row: its cells before and after, None where there was or is none; no addresses."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="row_changes")
    table = models.CharField(max_length=40)
    row = models.BigIntegerField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)


class Snapshot(models.Model):
    """The tables that an edition was planned from, packed and without home addresses; once for each content."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    content = models.BinaryField()


class Edition(models.Model):
    """A week's roster by number: the packed document of roster.json without homes, and its rides.

    `problem_sha256` is of what the week asked for, so that changes elsewhere in the tables do not make it out of
    date; `why` is a Text as JSON; `standing` is how far it was to the goal when it was made, and then when it was
    published.
    """

    class State(models.TextChoices):
        """What an edition is."""

        DRAFT = "draft"
        PUBLISHED = "published"
        SUPERSEDED = "superseded"

    week = models.CharField(max_length=8)
    number = models.IntegerField()
    state = models.CharField(max_length=10, choices=State.choices)
    document = models.BinaryField()
    rides = models.BinaryField()
    problem_sha256 = models.CharField(max_length=64)
    tables = models.ForeignKey(Snapshot, on_delete=models.PROTECT)
    made_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    who = models.CharField(max_length=200)
    why = models.JSONField()
    standing = models.JSONField(null=True)

    class Meta:
        """At most one draft and one published edition a week."""

        ordering = ("week", "number")
        constraints = (
            models.UniqueConstraint(fields=("week", "number"), name="one_edition_a_number"),
            models.UniqueConstraint(fields=("week",), condition=Q(state="draft"), name="one_draft_a_week"),
            models.UniqueConstraint(
                fields=("week",), condition=Q(state="published"), name="one_published_a_week"
            ),
        )


class DraftBefore(models.Model):
    """A draft as it was before an act changed it, so that this can be taken back; none where there was no draft.

    It goes with its week's draft: when that is published or dropped, nothing is left to go back to.
    """

    week = models.CharField(max_length=8, db_index=True)
    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="draft_before")
    kept = models.BooleanField()
    document = models.BinaryField(default=b"")
    rides = models.BinaryField(default=b"")
    problem_sha256 = models.CharField(max_length=64, blank=True)
    tables = models.ForeignKey(Snapshot, null=True, on_delete=models.PROTECT)
    made_at = models.DateTimeField()
    who = models.CharField(max_length=200, blank=True)
    why = models.JSONField(null=True)
    standing = models.JSONField(null=True)

    class Meta:
        """In the order of the acts."""

        ordering = ("event_id",)


class Message(models.Model):
    """What is told to a practice or a consultant: as it goes out, packed, and whether it did.

    `told` is what it says of coming times, so that the next one can tell what has changed.
    """

    class State(models.TextChoices):
        """Where a message is: to be sent, on its way, sent, or nobody knows; or lies in a file for people to send."""

        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"
        DOUBTFUL = "in doubt"
        FILE = "file"

    message_id = models.CharField(max_length=200, unique=True)
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="messages")
    to = models.CharField(max_length=80)
    address = models.CharField(max_length=320, blank=True)
    content = models.BinaryField()
    told = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices)
    at = models.DateTimeField()


class PhoneCall(models.Model):
    """Somebody who is to be told of a change by telephone, as it comes within a day; and what came of it.

    `to` is the id of the visit, `name`, `phone` and `sentence` are what whoever calls needs; a home is named by its
    district. `start` is when the visit was to be.
    """

    class State(models.TextChoices):
        """What came of it."""

        WAITING = "waiting"
        CALLED = "called"
        NO_ANSWER = "no answer"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="phone_calls")
    week = models.CharField(max_length=8)
    to = models.CharField(max_length=80)
    start = models.DateTimeField()
    name = models.CharField(max_length=300)
    phone = models.CharField(max_length=80, blank=True)
    sentence = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    who = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(null=True)

    class Meta:
        """In the order of what they are about."""

        ordering = ("start", "id")


class Job(models.Model):
    """Work that somebody has asked for and a worker does: see `jobs`.

    `arguments` and `result` have ids, numbers and short texts, `failure` the sentences of an error; `step`, and those,
    are worded in `language`. `lease` is what the worker who has it knows it by; it holds until `lease_until` by the
    clock of the database. `attempts` counts who has begun it.
    """

    class State(models.TextChoices):
        """Where a job is."""

        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    kind = models.CharField(max_length=40)
    arguments = models.JSONField()
    asked_by = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    language = models.CharField(max_length=8)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    step = models.TextField(blank=True)
    score = models.BigIntegerField(null=True)
    bound = models.BigIntegerField(null=True)
    result = models.JSONField(null=True)
    failure = models.JSONField(null=True)
    ended_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=200, blank=True)
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    is_to_end = models.BooleanField(default=False)

    class Meta:
        """Who works on a job has a lease of it, which no other job has; who does not has none."""

        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("lease",), condition=~Q(lease=""), name="one_job_a_lease"),
            models.CheckConstraint(
                condition=Q(state="running") & ~Q(lease="") & Q(lease_until__isnull=False)
                | ~Q(state="running") & Q(lease="") & Q(lease_until__isnull=True),
                name="whoever_works_has_a_lease",
            ),
        )


class PracticeLink(models.Model):
    """A link that opens a practice's page until it ends; only what its secret hashes to is kept."""

    practice_id = models.CharField(max_length=64, db_index=True)
    sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()


class Reply(models.Model):
    """What a practice has said on its page: see `replies`.

    `content` has dates, times and numbers, and of a room what it is called. `event` is the act that it became, where
    the coordinator has approved it.
    """

    class State(models.TextChoices):
        """Where a reply is: nobody has answered it, it was approved or not, or there is nothing to answer."""

        WAITING = "waiting"
        APPROVED = "approved"
        DECLINED = "declined"
        NOTED = "noted"

    practice_id = models.CharField(max_length=64, db_index=True)
    kind = models.CharField(max_length=10)
    content = models.JSONField()
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=200, blank=True)
    event = models.ForeignKey(Event, null=True, on_delete=models.SET_NULL, related_name="replies")

    class Meta:
        """In the order in which they came."""

        ordering = ("id",)


class Paper(models.Model):
    """A version of what planners write: a scenario as a scenario file has it, or the file of candidates.

    The last version of a name is what holds; where its `text` is empty, it was taken away.
    """

    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=64)
    version = models.IntegerField()
    text = models.TextField(blank=True)
    who = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        """Whoever writes a version that is there already had not seen it."""

        ordering = ("kind", "name", "version")
        constraints = (
            models.UniqueConstraint(fields=("kind", "name", "version"), name="one_paper_a_version"),
        )


class Trial(models.Model):
    """A question of a planner: scenarios planned over weeks, as a job, and what came of it.

    `scenarios` is their text, as a scenario file has it, when it was asked; `asked` are weeks, draws and such.
    `found`, packed, is what pages show of the answer; empty until there is one.
    """

    title = models.CharField(max_length=200)
    scenarios = models.TextField()
    asked = models.JSONField()
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="trials")
    who = models.CharField(max_length=200)
    at = models.DateTimeField()
    found = models.BinaryField(default=b"")

    class Meta:
        """In the order in which they were asked."""

        ordering = ("id",)


class Tap(models.Model):
    """What a consultant told by a tap on the phone, once for each key that the phone gave it: see `taps`.

    `about` is the id or the number of what it is about, `value` counts by name, `at` when it was tapped. `counts` is
    False where something later was known already when it came. `event` is its act.
    """

    key = models.CharField(max_length=64, unique=True)
    consultant_id = models.CharField(max_length=64)
    week = models.CharField(max_length=8)
    kind = models.CharField(max_length=10)
    about = models.CharField(max_length=64)
    value = models.JSONField()
    at = models.DateTimeField()
    counts = models.BooleanField()
    event = models.OneToOneField(Event, null=True, on_delete=models.PROTECT, related_name="tap")

    class Meta:
        """What was tapped last of something is looked for."""

        ordering = ("at", "id")
        indexes = (models.Index(fields=("week", "kind", "about"), name="taps_of_something"),)


class Absence(models.Model):
    """That a consultant will be away, told or asked for: days, maybe from an hour of the first on, and never why.

    `key` is what the form had, so that one that is sent twice is there once.
    """

    class State(models.TextChoices):
        """Told, and dealt with by the desk; asked for, and the answer; or taken back."""

        TOLD = "told"
        DONE = "done"
        ASKED = "asked"
        GRANTED = "granted"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    key = models.CharField(max_length=64, unique=True)
    consultant_id = models.CharField(max_length=64)
    first = models.DateField()
    last = models.DateField()
    start_s = models.IntegerField(null=True)
    state = models.CharField(max_length=10, choices=State.choices)
    at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=200, blank=True)

    class Meta:
        """The first that was told is the first."""

        ordering = ("id",)
