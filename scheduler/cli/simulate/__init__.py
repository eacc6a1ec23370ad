"""``hjul simulate``: what if. A group whose first argument may also be a scenario file."""

from typing import Any

import click

from scheduler.base.i18n import N_
from scheduler.cli.options import common
from scheduler.cli.simulate.candidates import candidates
from scheduler.cli.simulate.capacity import capacity
from scheduler.cli.simulate.place import place
from scheduler.cli.simulate.scenarios import scenarios
from scheduler.cli.simulate.week import week


class _FileOrCommand(click.Group):
    """Takes what is no command's name for the file of the command `scenarios`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None:
            args = ["scenarios", *args]
        return super().resolve_command(ctx, args)


@click.group(
    cls=_FileOrCommand,
    help=N_(
        "Ask what if: other practices, rooms, people and hours.\n\n"
        "`hjul simulate FILE.toml` is short for `hjul simulate scenarios FILE.toml`."
    ),
)
@common
def simulate(**_options: Any) -> None: ...


simulate.add_command(scenarios)
simulate.add_command(candidates)
simulate.add_command(place)
simulate.add_command(week)
simulate.add_command(capacity)
