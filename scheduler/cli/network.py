"""The commands ``hjul network``: the bicycle network is downloaded, built or described."""

from pathlib import Path

import click

from scheduler.base.i18n import N_, _
from scheduler.cli.options import Options, common, file_option, online_option


@click.group(help=N_("Make the bicycle network, or describe it."))
@common
def network() -> None: ...


_margin_option = click.option(
    "--margin-km",
    type=click.FloatRange(0, 50),
    default=1.5,
    show_default=True,
    metavar=N_("KM"),
    help=N_("How far around the places the map reaches."),
)


@network.command(
    "download",
    help=N_(
        "Download the map around the places.\n\n"
        "It becomes the project's bicycle network. It comes from OpenStreetMap by Overpass, with streets, "
        "addresses, water, parks and railways. Home visits do not count for the area, so that nobody learns "
        "where they are: if one lies outside, take a wider margin."
    ),
)
@_margin_option
@online_option
@common
@click.pass_obj
def network_download(options: Options, margin_km: float, *, online: bool) -> None:
    from scheduler.cli import mapsummary
    from scheduler.services.download import download_network

    terminal = options.terminal()
    with terminal.progress() as progress:
        done = download_network(options.data, margin_km=margin_km, online=online, progress=progress)
    mapsummary.show_network(terminal, done.network.file, done.network.info())
    if done.left_out:
        terminal.note(_("Home visits do not count for the area that is downloaded; --margin-km widens it."))
    for problem in done.problems:
        terminal.note(problem)


@network.command(
    "build",
    help=N_(
        "Make a map the project's bicycle network.\n\n"
        "FILE is OpenStreetMap data: .osm, also packed as .osm.gz, .osm.bz2 or .osm.xz, or .osm.pbf. Only the "
        "area around the places is taken from it, so it may be that of a whole country."
    ),
)
@click.argument("file", metavar=N_("FILE"), type=click.Path(path_type=Path))
@_margin_option
@common
@click.pass_obj
def network_build(options: Options, file: Path, margin_km: float) -> None:
    from scheduler.cli import mapsummary
    from scheduler.services.building import build_network

    terminal = options.terminal()
    with terminal.progress() as progress:
        built = build_network(options.data, file, margin_km=margin_km, progress=progress)
    mapsummary.show_network(terminal, built.network.file, built.network.info())
    for problem in built.lookup.problems:
        terminal.note(problem)


@network.command(
    "info",
    help=N_(
        "Say which network serves, and what is in it.\n\n"
        "And what was left out and why, and how far each place is from it."
    ),
)
@file_option(
    "--map",
    N_("FILE.html"),
    N_("Also draw it: one-way, contraflow and pushed stretches, and what is cut off."),
)
@common
@click.pass_obj
def network_info(options: Options, file: Path | None) -> None:
    from scheduler.cli import mapsummary
    from scheduler.services.building import describe_network

    terminal = options.terminal()
    with terminal.progress() as progress:
        found = describe_network(options.data, progress=progress)
    mapsummary.show_network(terminal, found.network.file, found.network.info())
    mapsummary.show_distances(terminal, found.project, found.lookup.located)
    for problem in found.lookup.problems:
        terminal.note(problem)
    if file:
        from scheduler.base import files
        from scheduler.services.building import network_map

        files.replace(file, network_map(found).encode())
        terminal.line(_("Open {file}").format(file=file), style="bold")
