"""How well the settings of `Cycling` agree with the rides of a bicycle router, and which agree best.

    python benchmarks/fit_cycling.py [--data ../shared/data/osm]

Compares with the city's own router of 2015 (I Bike CPH): its metres and seconds between 22 addresses,
`ibikecph-2015.csv`, ridden on the real extract `copenhagen-sw.osm`. The extract has no signals, and
real OpenStreetMap has; so the times without them should fall short of the router's by what signals
take on a map that has them, the built-in one. Nothing here fails.
"""

import argparse
import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from scheduler.base.resources import builtin_map
from scheduler.model.config import Cycling
from scheduler.network import Network, Snap, load_network
from scheduler.network.rides import Rides, fastest_rides

DATA = Path(__file__).parents[2] / "shared" / "data" / "osm"
#: A place further from the network than this is not covered by the extract.
COVERED_M = 250.0
NEAR = 0.2  # a ratio at most this far from 1 is near

#: One speed on everything, streets and stairs alike; nothing else costs time.
CONSTANT = Cycling(
    speed_kph=13.5,
    mixed_traffic_factor=1.0,
    calm_street_factor=1.0,
    rough_surface_factor=1.0,
    push_kph=13.5,
    steps_kph=13.5,
    right_turn_s=0.0,
    left_turn_s=0.0,
    signal_s=0.0,
)
#: The order in which the other defaults are added to a constant speed with pushing at `push_kph`.
ADDED = (
    "steps_kph",
    "mixed_traffic_factor",
    "calm_street_factor",
    "rough_surface_factor",
    "left_turn_s",
    "right_turn_s",
    "signal_s",
)
#: The values that the search may choose from: round ones, as the reference tells no finer apart.
VALUES = {
    "speed_kph": (13.0, 13.5, 14.0, 14.5, 15.0, 15.5, 16.0, 16.5, 17.0),
    "push_kph": (4.0, 5.0, 6.0),
    "mixed_traffic_factor": (0.8, 0.85, 0.9, 0.95, 1.0),
    "calm_street_factor": (0.8, 0.85, 0.9, 0.95, 1.0),
    "rough_surface_factor": (0.6, 0.75, 1.0),
    "left_turn_s": (0.0, 4.0, 6.0, 8.0, 10.0),
    "right_turn_s": (0.0, 2.0, 4.0),
}

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Pair:
    """A ride of the router: its number, the addresses, the rows of its snaps, metres and seconds."""

    number: str
    name: str
    rows: tuple[int, int]
    metres: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Ratios:
    """Our metres and seconds divided by the router's, by pair; shapes (n,)."""

    distance: NDArray[np.float64]
    time: NDArray[np.float64]

    def loss(self, mask: Mask, wanted: float) -> float:
        """Return how far ratios lie from 1, those of time from `wanted`: the mean size of logarithms."""
        distance, time = np.log(self.distance[mask]), np.log(self.time[mask] / wanted)
        return float(np.abs(distance).mean() + np.abs(time).mean())

    def cells(self, mask: Mask, wanted: float) -> list[str]:
        """Return the figures as the tables show them."""
        figures = [f"{self.loss(mask, wanted):.4f}"]
        for ratio in (self.distance[mask], self.time[mask]):
            near = np.mean(np.abs(ratio - 1) <= NEAR)
            figures += [f"{np.median(ratio):.3f}", f"{near:.1%}"]
        return figures


class Fit:
    """The router's rides on a network, and how settings agree with them."""

    def __init__(self, network: Network, file: Path) -> None:
        """Read the router's table; pairs with an end outside the network are left out."""
        with file.open(encoding="utf-8", newline="") as stream:
            table = list(csv.DictReader(stream, strict=True))
        rows: dict[tuple[float, float], int] = {}
        pairs = []
        for line in table:
            ends = [(float(line[f"{end}_lat"]), float(line[f"{end}_lon"])) for end in ("from", "to")]
            start, end = (rows.setdefault(point, len(rows)) for point in ends)
            name = f"{line['from_address']} → {line['to_address']}"
            metres, seconds = float(line["bike_metres"]), float(line["bike_seconds"])
            pairs.append(Pair(line["id"], name, (start, end), metres, seconds))
        self.network = network
        doors = [network.snap(lat, lon) for lat, lon in rows]
        covered = [snap.distance_m < COVERED_M for snap in doors]
        # The router begins and ends its rides in the street.
        self.snaps: list[Snap] = [network.snap(*snap.point) for snap in doors]
        self.pairs = [pair for pair in pairs if all(covered[row] for row in pair.rows)]
        self.outside = len(pairs) - len(self.pairs)
        self.ratios = cache(self._ratios)
        self.wanted = 1.0 - share_of_signals()

    def rides(self, cycling: Cycling) -> Rides:
        """Ride between all addresses."""
        return fastest_rides(self.network.riding_at(cycling), self.snaps)

    def _ratios(self, cycling: Cycling) -> Ratios:
        rides = self.rides(cycling)
        start, end = np.array([pair.rows for pair in self.pairs]).T
        return Ratios(
            rides.metres[start, end] / [pair.metres for pair in self.pairs],
            rides.seconds[start, end] / [pair.seconds for pair in self.pairs],
        )

    def halves(self) -> tuple[Mask, Mask]:
        """Split the pairs in two; a ride and the one back stay together."""
        both = sorted({frozenset(pair.rows) for pair in self.pairs}, key=sorted)
        random.Random(2015).shuffle(both)
        first = set(both[::2])
        mask = np.array([frozenset(pair.rows) in first for pair in self.pairs])
        return mask, ~mask

    def best(self, cycling: Cycling, mask: Mask, settings: Sequence[str] = tuple(VALUES)) -> Cycling:
        """Search settings coordinate by coordinate for the least loss, until no single one betters it."""
        while True:
            before = cycling
            for setting in settings:
                others = (replace(cycling, **{setting: value}) for value in VALUES[setting])
                cycling = min(
                    (cycling, *others), key=lambda tried: self.ratios(tried).loss(mask, self.wanted)
                )
            if cycling == before:
                return cycling


def share_of_signals() -> float:
    """Return the share of the time that signals take on the built-in map, at the default `signal_s`."""
    network = load_network(builtin_map(), Cycling())
    snaps = [network.snap(point.lat, point.lon) for point in network.addresses]
    without = network.riding_at(replace(network.cycling, signal_s=0.0))
    with_s, without_s = (fastest_rides(net, snaps).seconds for net in (network, without))
    long = without_s > 300  # a ride within a street meets none
    return float(1 - np.median(without_s[long] / with_s[long]))


def figures_table(title: str, *columns: str) -> Table:
    """Return a table that begins with some columns and has the figures behind them."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column)
    for column in ("Loss", "Distance", f"±{NEAR:.0%}", "Time", f"±{NEAR:.0%}"):
        table.add_column(column, justify="right")
    return table


def described(cycling: Cycling) -> str:
    """Return the settings that the search chooses, in the order of `VALUES`."""
    return "  ".join(f"{getattr(cycling, setting):g}" for setting in VALUES)


def added_one_at_a_time(fit: Fit, everything: Mask) -> Table:
    """Show what each setting adds. The speed is chosen anew with each, or its change would hide that."""
    table = figures_table("Settings of the defaults, added one at a time", "Setting", "km/h")

    def add(name: str, cycling: Cycling) -> None:
        cells = fit.ratios(cycling).cells(everything, fit.wanted)
        table.add_row(name, f"{cycling.speed_kph:g}", *cells)

    add("constant speed, no one-way streets", CONSTANT)
    cycling = replace(CONSTANT, push_kph=Cycling().push_kph)
    add(f"+ push_kph {cycling.push_kph:g}", cycling)
    cycling = fit.best(cycling, everything, ["speed_kph"])
    add("+ speed_kph", cycling)
    for setting in ADDED:
        value = getattr(Cycling(), setting)
        cycling = fit.best(replace(cycling, **{setting: value}), everything, ["speed_kph"])
        add(f"+ {setting} {value:g}", cycling)
    table.add_section()
    add("the defaults", Cycling())
    for setting in ADDED:
        value = getattr(CONSTANT, setting)
        if value != getattr(Cycling(), setting):
            less = fit.best(replace(Cycling(), **{setting: value}), everything, ["speed_kph"])
            add(f"the defaults, but {setting} {value:g}", less)
    return table


def fitted(fit: Fit, everything: Mask) -> Table:
    """Show the values that agree best with one half of the pairs, and how they do on the other."""
    settings = "  ".join(setting.rsplit("_", 1)[0] for setting in VALUES)
    table = figures_table(f"Fitted on a half, judged by the other: {settings}", "Pairs", "Values")
    first, second = fit.halves()
    for name, half, other in (("first half", first, second), ("second half", second, first)):
        cycling = fit.best(Cycling(), half)
        ratios = fit.ratios(cycling)
        table.add_row(f"{name}, fitted", described(cycling), *ratios.cells(half, fit.wanted))
        table.add_row("the other", "", *ratios.cells(other, fit.wanted))
        table.add_row("the other, defaults", "", *fit.ratios(Cycling()).cells(other, fit.wanted))
        table.add_section()
    cycling = fit.best(Cycling(), everything)
    table.add_row("all, fitted", described(cycling), *fit.ratios(cycling).cells(everything, fit.wanted))
    table.add_row("all, defaults", described(Cycling()), *fit.ratios(Cycling()).cells(everything, fit.wanted))
    return table


def worst_distances(fit: Fit) -> Table:
    """List the pairs whose distance is not near, with the shortest way where no street is one-way.

    Where even that is much longer than the router's, the extract lacks a street or path of 2015.
    """
    table = Table(title="Distances that are not near", title_justify="left")
    for column in ("No.", "Ride", "Router m", "Ours m", "Any direction m", "Likely"):
        table.add_column(column, justify="right" if column.endswith("m") else "left")
    rides, freely = fit.rides(Cycling()), fit.rides(CONSTANT)
    ratio = fit.ratios(Cycling()).distance
    for row in np.argsort(-np.abs(np.log(ratio))):
        pair = fit.pairs[row]
        if abs(ratio[row] - 1) <= NEAR:
            continue
        shortest = freely.metres[pair.rows]
        if ratio[row] < 1:
            cause = "a way newer than the router"
        elif shortest > pair.metres * 1.1:
            cause = "a way is missing"
        else:
            cause = "one-way"
        metres = (f"{length:.0f}" for length in (pair.metres, rides.metres[pair.rows], shortest))
        table.add_row(pair.number, pair.name, *metres, cause)
    return table


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Compare the cycling settings with a router's rides.")
    parser.add_argument("--data", type=Path, default=DATA, help="the folder with the extract and the rides")
    folder = parser.parse_args().data
    extract, rides = folder / "copenhagen-sw.osm", folder / "ibikecph-2015.csv"
    if not (extract.is_file() and rides.is_file()):
        parser.exit(2, f"{extract.name} and {rides.name} are not in {folder}; say where with --data\n")
    console = Console()
    fit = Fit(load_network(extract, Cycling()), rides)
    everything = np.ones(len(fit.pairs), dtype=np.bool_)
    furthest = max(snap.distance_m for snap in fit.snaps)
    console.print(
        f"{len(fit.pairs)} pairs of {len(fit.snaps)} addresses, {fit.outside} left out as further than"
        f" {COVERED_M:.0f} m from the network (the furthest address: {furthest:.0f} m). Signals would take"
        f" {1 - fit.wanted:.1%} of the time: a time ratio of {fit.wanted:.3f} is wanted without them."
    )
    console.print(added_one_at_a_time(fit, everything))
    console.print(fitted(fit, everything))
    console.print(worst_distances(fit))


if __name__ == "__main__":
    main()
