"""The commands: parse, call, print.

Everything heavy is imported inside the commands, so that ``hjul --help`` answers at once.
"""

from pathlib import Path

import click

from scheduler.base import i18n
from scheduler.base.i18n import N_, _
from scheduler.cli import changes, exceptions, held
from scheduler.cli.diff import diff
from scheduler.cli.editions import journal, outbox, publish, replan
from scheduler.cli.network import network
from scheduler.cli.options import (
    Options,
    by_hand_week_option,
    common,
    file_option,
    online_option,
    read_argument,
    read_week,
    seeded,
    time_limit_option,
    week_argument,
)
from scheduler.cli.serve import serve
from scheduler.cli.simulate import simulate
from scheduler.cli.store import store


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    help=N_(
        "Weekly rosters for advisers who cycle to GP practices.\n\n"
        "Try it: `hjul init myproject`, then `hjul plan 2009-W20 --data myproject`."
    ),
)
@click.version_option(package_name="hjul", prog_name="hjul", help=N_("Show the version and exit."))
@common
def cli() -> None: ...


@cli.command(
    help=N_(
        "Make a new project folder with the example data.\n\n"
        'DIR gets the tables; its folder "excel" is a project too, with the same tables in one workbook with '
        "Danish headings."
    )
)
@click.argument("folder", metavar=N_("DIR"), type=click.Path(path_type=Path))
@common
@click.pass_obj
def init(options: Options, folder: Path) -> None:
    from scheduler.inputs.workbook import init_folder

    init_folder(folder)
    terminal = options.terminal()
    terminal.line(_("The example project is in {folder}.").format(folder=folder))
    terminal.line(_("The same as an Excel workbook: {file}").format(file=folder / "excel" / "project.xlsx"))
    quoted = f'"{folder}"' if " " in str(folder) else folder
    terminal.line(_("Plan a week of it: {command}").format(command=f"hjul plan 2009-W20 --data {quoted}"))


@cli.command(
    help=N_(
        "Plan the roster of a week.\n\n"
        'WEEK is an ISO week like 2009-W20 or "uge 20 2009"; without it, next week is planned. Writes roster, '
        "pages, maps, workbook, calendars and tracks to a folder named after the week, in --out. Ctrl-C ends the "
        "search and writes the best roster found."
    )
)
@week_argument
@time_limit_option(N_("Search no longer than this; the best roster found is written with its gap."))
@seeded(N_("The same input and seed give the same roster."))
@click.option(
    "--alternatives",
    type=click.IntRange(0, 20),
    default=0,
    metavar=N_("N"),
    help=N_("Also look for N rosters nearly as good that differ in at least two visits."),
)
@online_option
@common
@click.pass_obj
def plan(
    options: Options,
    week: tuple[str, ...],
    time_limit: float,
    seed: int,
    alternatives: int,
    *,
    online: bool,
) -> None:
    wanted = read_week(" ".join(week))

    from scheduler.cli import summary
    from scheduler.cli.interrupt import interruptible
    from scheduler.services import editions

    terminal = options.terminal()
    with terminal.progress() as progress, interruptible(terminal, progress) as stopped:
        planned = editions.plan_week(
            options.data,
            wanted,
            options.out,
            time_limit_s=time_limit,
            seed=seed,
            alternatives=alternatives,
            online=online,
            progress=progress,
            stop=stopped,
        )
    summary.show_roster(terminal, planned.roster, planned.proof)
    if stopped() and planned.roster.status != "optimal":
        terminal.note(_("The search was stopped; this is the best roster found until then."))
    terminal.notes(planned.warnings)
    summary.show_files(terminal, planned.folder, planned.files)
    if alternatives:
        summary.show_alternatives(terminal, planned)


@cli.command(
    help=N_(
        "Find what single thing would help a week most.\n\n"
        "Looks at a new room of a practice, an hour more of a shift, and an appointment at another hour. Each "
        "is verified by planning the week again; the best ten are shown. Writes nothing."
    )
)
@week_argument
@time_limit_option(N_("Search no longer than this; what was found until then is shown."), 60.0)
@online_option
@common
@click.pass_obj
def advise(options: Options, week: tuple[str, ...], time_limit: float, *, online: bool) -> None:
    wanted = read_week(" ".join(week))

    from scheduler.cli import summary
    from scheduler.cli.interrupt import interruptible
    from scheduler.services import planner

    terminal = options.terminal()
    with terminal.progress() as progress, interruptible(terminal, progress) as stopped:
        found = planner.advise_week(
            options.data, wanted, time_limit_s=time_limit, online=online, progress=progress, stop=stopped
        )
    summary.show_advice(terminal, found)


@cli.command(
    "check-data",
    help=N_(
        "Report every problem in the tables.\n\n"
        "Counts what is there. Also warns of requests that can never be met, such as those of a practice "
        "whose due weeks and room weeks never meet."
    ),
)
@online_option
@common
@click.pass_obj
def check_data(options: Options, *, online: bool) -> None:
    from scheduler.cli import summary
    from scheduler.services import planner
    from scheduler.services.review import review

    terminal = options.terminal()
    with terminal.progress() as progress:
        prepared = planner.prepare(options.data, online=online, progress=progress)
        progress.step(_("Looking at every week"))
        warnings = review(prepared)
    summary.show_project(terminal, prepared.project)
    project = prepared.project
    located = planner.location_problems((*project.bases, *project.places), prepared.located)
    terminal.notes((*planner.warnings(project), *located, *warnings))
    terminal.line(_("No errors in {folder}.").format(folder=options.data), style="green")


@cli.command(
    help=N_(
        "Check a roster.json against rules, score and proof.\n\n"
        "Shares no code with the engine that made the roster. The project folder must be the one it was "
        "planned from. Ends with 1 if a rule is broken or the proof is wrong. ROSTER may be a workbook or a CSV file "
        "too, with a row a visit: date or weekday, consultant, practice, start, and conversations if need be; so a "
        "roster made by hand is checked and scored."
    )
)
@click.argument("roster", metavar=N_("ROSTER"), type=click.Path(path_type=Path))
@by_hand_week_option
@common
@click.pass_context
def check(context: click.Context, roster: Path, week: str | None) -> None:
    from scheduler.base import files
    from scheduler.model.texts import word
    from scheduler.services import byhand, editions

    options = context.ensure_object(Options)
    terminal = options.terminal()
    if byhand.is_by_hand(roster):
        from scheduler.cli import differences

        asked = read_week(week) if week else None
        if not differences.show_by_hand(terminal, options.data, roster, asked):
            context.exit(1)
        return
    files.tidy(roster.parent.parent)
    checked = editions.check_roster(options.data, roster)
    proof = word(checked.proof.detail)
    for violation in checked.violations:
        terminal.failure(f"{roster}: {violation}")
    if checked.proof.verified is False:
        terminal.failure(f"{roster}: {proof}")
    if checked.violations or checked.proof.verified is False:
        context.exit(1)
    terminal.line(
        _("{file}: the roster of {week} keeps every rule, and its score of {score} is right.").format(
            file=roster, week=checked.roster.week, score=i18n.number(checked.roster.score)
        ),
        style="green",
    )
    if checked.proof.verified:
        terminal.line(_("The proof holds: {detail}").format(detail=proof), style="green")
    else:
        terminal.note(proof)


@cli.command(
    help=N_(
        "Write the rides between all places as a table.\n\n"
        "Columns: from_id, to_id, ride_seconds, ride_metres. Parking is not in them."
    )
)
@file_option("--to", N_("FILE.csv"), N_("Where to write."), required=True)
@common
@click.pass_obj
def travel(options: Options, file: Path) -> None:
    from scheduler.base import files
    from scheduler.services import planner

    terminal = options.terminal()
    with terminal.progress() as progress:
        times = planner.prepare(options.data, progress=progress).travel.times
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


@cli.command(
    help=N_(
        "Show where the addresses lie.\n\n"
        "And how far each is from the bicycle network. Where home visits are made is not shown. Where some are "
        "not found, the others are shown all the same, nothing is written, and it ends with 2."
    )
)
@file_option("--to", N_("FILE.csv"), N_("Also write the table to a file."))
@online_option
@common
@click.pass_obj
def geocode(options: Options, file: Path | None, *, online: bool) -> None:
    from scheduler.base import files
    from scheduler.cli import mapsummary
    from scheduler.services import planner

    terminal = options.terminal()
    with terminal.progress() as progress:
        project, lookup, error = planner.find_places(options.data, online=online, progress=progress)
    rows = mapsummary.place_rows(project, lookup.located)
    mapsummary.show_places(terminal, rows)
    terminal.notes(planner.location_problems(project.all_places, lookup.located))
    if error:
        raise error
    if file:
        plain = ([files.plain(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
        files.replace_csv(file, mapsummary.PLACE_COLUMNS, plain)


@cli.command(
    help=N_(
        "Delete home visits before a date.\n\n"
        "They leave the tables. In old output, wherever it lies in --out, also in copies and in zips, their "
        "addresses and coordinates are blanked. No roster is deleted."
    )
)
@click.option("--before", required=True, metavar=N_("DATE"), help=N_("The first date that is kept."))
@common
@click.pass_obj
def forget(options: Options, before: str) -> None:
    from scheduler.cli import summary
    from scheduler.inputs import dates
    from scheduler.services.forget import forget as forget_visits

    report = forget_visits(options.data, options.out, read_argument("--before", dates.date, before))
    summary.show_forgotten(options.terminal(), report)


cli.add_command(diff)
cli.add_command(network)
cli.add_command(journal)
cli.add_command(outbox)
cli.add_command(publish)
cli.add_command(replan)
cli.add_command(serve)
cli.add_command(simulate)
cli.add_command(store)

for command in (*changes.COMMANDS, *exceptions.COMMANDS, *held.COMMANDS):
    cli.add_command(command)
