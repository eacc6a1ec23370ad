"""The commands: parse, call, print.

Everything heavy is imported inside the commands, so that ``hjul --help`` answers at once.
"""

from pathlib import Path

import click

from scheduler import i18n
from scheduler.cli.options import Settings, common, read_argument, read_week
from scheduler.i18n import _


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hjul", prog_name="hjul")
@common
def cli() -> None:
    """Weekly rosters for advisers who cycle to GP practices.

    Try it: `hjul init myproject`, then `hjul plan 2009-W20 --data myproject`.
    """


@cli.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@common
@click.pass_obj
def init(settings: Settings, folder: Path) -> None:
    """Make a new project folder with the example data.

    DIR gets the tables; its folder "excel" is a project too, with the same tables in one workbook with
    Danish headings.
    """
    from scheduler.workbook import init_folder

    init_folder(folder)
    terminal = settings.terminal()
    terminal.line(_("The example project is in {folder}.").format(folder=folder))
    terminal.line(_("The same as an Excel workbook: {file}").format(file=folder / "excel" / "project.xlsx"))
    quoted = f'"{folder}"' if " " in str(folder) else folder
    terminal.line(_("Plan a week of it: {command}").format(command=f"hjul plan 2009-W20 --data {quoted}"))


@cli.command()
@click.argument("week", nargs=-1, metavar="[WEEK]")
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    default=20.0,
    show_default=True,
    metavar="SECONDS",
    help="Search no longer than this; the best roster found is written with its gap.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=0,
    show_default=True,
    help="The same input and seed give the same roster.",
)
@common
@click.pass_obj
def plan(settings: Settings, week: tuple[str, ...], time_limit: float, seed: int) -> None:
    """Plan the roster of a week.

    WEEK is an ISO week like 2009-W20 or "uge 20 2009"; without it, next week is planned. Writes roster, pages, maps, workbook, calendars and tracks into OUT/WEEK.
    Ctrl-C ends the search and writes the best roster found.
    """
    wanted = read_week(" ".join(week))

    from scheduler import planner
    from scheduler.cli import summary
    from scheduler.cli.interrupt import interruptible

    terminal = settings.terminal()
    with terminal.progress() as progress, interruptible(terminal, progress) as stopped:
        planned = planner.plan_week(
            settings.data,
            wanted,
            settings.out,
            time_limit_s=time_limit,
            seed=seed,
            progress=progress,
            stop=stopped,
        )
    summary.show_roster(terminal, planned.roster)
    if stopped() and planned.roster.status != "optimal":
        terminal.note(_("The search was stopped; this is the best roster found until then."))
    summary.show_files(terminal, planned.folder, planned.files)


@cli.command("check-data")
@common
@click.pass_obj
def check_data(settings: Settings) -> None:
    """Report every problem in the tables.

    Counts what is there. Also warns of requests that can never be met, such as those of a practice whose due weeks and room
    weeks never meet.
    """
    from scheduler import planner
    from scheduler.cli import summary
    from scheduler.review import review

    terminal = settings.terminal()
    with terminal.progress() as progress:
        prepared = planner.prepare(settings.data, progress=progress)
        progress.step(_("Looking at every week"))
        warnings = review(prepared)
    summary.show_project(terminal, prepared.project)
    for warning in warnings:
        terminal.note(warning)
    terminal.line(_("No errors in {folder}.").format(folder=settings.data), style="green")


@cli.command()
@click.argument("roster", type=click.Path(path_type=Path))
@common
@click.pass_context
def check(context: click.Context, roster: Path) -> None:
    """Check a roster.json against rules and score.

    Shares no code with the engine that made the roster. The project folder must be the one it was planned from. Ends with 1 if a rule is broken.
    """
    from scheduler import planner

    settings = context.ensure_object(Settings)
    terminal = settings.terminal()
    checked, violations = planner.check_roster(settings.data, roster)
    for violation in violations:
        terminal.failure(f"{roster}: {violation}")
    if violations:
        context.exit(1)
    terminal.line(
        _("{file}: the roster of {week} keeps every rule, and its score of {score} is right.").format(
            file=roster, week=checked.week, score=i18n.number(checked.score)
        ),
        style="green",
    )


@cli.command()
@click.option(
    "--to", "file", required=True, metavar="FILE.csv", type=click.Path(path_type=Path), help="Where to write."
)
@common
@click.pass_obj
def travel(settings: Settings, file: Path) -> None:
    """Write the rides between all places as a table.

    Columns: from_id, to_id, ride_seconds, ride_metres. Parking is not in them.
    """
    from scheduler import files, planner

    terminal = settings.terminal()
    with terminal.progress() as progress:
        times = planner.prepare(settings.data, progress=progress).travel.times
    ids = times.place_ids
    rows = [
        (from_id, to_id, int(times.seconds[row, column]), int(times.metres[row, column]))
        for row, from_id in enumerate(ids)
        for column, to_id in enumerate(ids)
        if row != column
    ]
    files.replace_csv(file, ("from_id", "to_id", "ride_seconds", "ride_metres"), rows)
    terminal.line(
        _("{rides} rides between {places} places are in {file}.").format(
            rides=i18n.number(len(rows)), places=i18n.number(len(ids)), file=file
        )
    )


@cli.group()
@common
def network() -> None:
    """Make the bicycle network, or describe it."""


@network.command("build")
@click.argument("file", type=click.Path(path_type=Path))
@common
@click.pass_obj
def network_build(settings: Settings, file: Path) -> None:
    """Make a map the project's bicycle network.

    FILE is in OpenStreetMap's XML format (.osm).
    """
    from scheduler import planner
    from scheduler.cli import summary

    terminal = settings.terminal()
    with terminal.progress() as progress:
        built = planner.build_network(settings.data, file, progress=progress)
    summary.show_network(terminal, built.file, built.info())


@network.command("info")
@common
@click.pass_obj
def network_info(settings: Settings) -> None:
    """Say which network serves, and what is in it."""
    from scheduler import planner
    from scheduler.cli import summary

    terminal = settings.terminal()
    with terminal.progress() as progress:
        found = planner.project_network(settings.data, progress=progress)
    summary.show_network(terminal, found.file, found.info())


@cli.command()
@click.option(
    "--to",
    "file",
    metavar="FILE.csv",
    type=click.Path(path_type=Path),
    help="Also write the table to a file.",
)
@common
@click.pass_obj
def geocode(settings: Settings, file: Path | None) -> None:
    """Show where the addresses lie.

    And how far each is from the bicycle network. Where home visits are made is not shown.
    """
    from scheduler import files, planner
    from scheduler.cli import summary

    terminal = settings.terminal()
    with terminal.progress() as progress:
        prepared = planner.prepare(settings.data, progress=progress)
    rows = summary.place_rows(prepared.project, prepared.located)
    if file:
        plain = ([files.plain(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
        files.replace_csv(file, summary.PLACE_COLUMNS, plain)
    summary.show_places(terminal, rows)


@cli.command()
@click.option("--before", required=True, metavar="DATE", help="The first date that is kept.")
@common
@click.pass_obj
def forget(settings: Settings, before: str) -> None:
    """Delete home visits before a date.

    They leave the tables; in old output their addresses and coordinates are blanked. No roster is deleted.
    """
    from scheduler.forget import forget as forget_visits
    from scheduler.inputs import cells

    report = forget_visits(settings.data, settings.out, read_argument("--before", cells.date, before))
    settings.terminal().line(report)
