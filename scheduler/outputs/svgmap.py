"""The static map: an inline SVG, for paper and for phones that run no script in a preview.

Colours and fonts come from `assets/map.css`, so it follows light and dark like the rest.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from markupsafe import Markup, escape

from scheduler.model.geo import Point
from scheduler.outputs.geometry import XY, Box, Strand
from scheduler.outputs.labels import TURN, Name
from scheduler.outputs.ribbons import middle
from scheduler.outputs.scene import Scene
from scheduler.outputs.signs import BETWEEN_PX, DOT_PX, HOUSE, ROW_PX, SIGN_PX, Part, Pill, overlap, pills
from scheduler.outputs.streets import STREET_CLASSES, WIDTHS
from scheduler.outputs.templates import asset

_WIDTH = 640
_PADDING_PX = 36
_SIGHT_PX = 8.0
#: How wide the number on a ribbon is, how far the same number is from it at least, and how wide a ribbon can be.
_COUNT_PX, _REPEAT_PX, _WIDEST_PX = 17.0, 90.0, 13.0

Projection = Callable[[XY], XY]


def svg(scene: Scene, title: str) -> Markup:
    """Return the scene as an SVG element, 640 wide and as high as its view wants.

    `title` is what a screen reader says of it; all texts are escaped.
    """
    box, scale, height = _drawn_box(scene)

    def px(xy: XY) -> XY:
        return (xy[0] - box.west) / scale, (box.north - xy[1]) / scale

    metres = scene.basemap.frame.metres
    names = scene.names.at_scales([scale])
    signs = pills([(marker.sign, px(metres(marker.point))) for marker in scene.markers], (_WIDTH, height))
    parts = [
        *_background(scene, px, scale),
        *_cells(scene, px),
        *_routes(scene, px),
        *_ribbons(scene, px, signs),
        *(_name(name, px) for name, _level in names),
        *map(_pill, signs),
    ]
    return Markup(  # noqa: S704  # made of numbers, fixed words, and texts that are escaped here
        f'<svg class="map-svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}" xmlns="http://www.w3.org/2000/svg">'
        f'<rect class="m-land" width="{_WIDTH}" height="{height}"/>{"".join(parts)}</svg>'
    )


def corners(scene: Scene) -> tuple[Point, Point]:
    """Return what the upper left and the lower right corner of the picture are on the map, as (lat, lon)."""
    box, scale, height = _drawn_box(scene)
    frame = scene.basemap.frame
    return frame.degrees((box.west, box.north)), frame.degrees((box.east, box.north - height * scale))


def alone(scene: Scene, title: str) -> str:
    """Return the scene as an SVG file of its own."""
    return svg(scene, title).replace("<rect", Markup("<style>{}</style><rect").format(asset("map.css")), 1)


def _drawn_box(scene: Scene) -> tuple[Box, float, int]:
    """Return what is drawn, how many metres a pixel is, and how high the picture is in pixels."""
    box = scene.view.shaped(1.1, 1.8)
    scale = box.width / (_WIDTH - 2 * _PADDING_PX)
    box = box.grown(_PADDING_PX * scale)
    return box, scale, round(box.height / scale)


def _background(scene: Scene, px: Projection, scale: float) -> Iterator[str]:
    base = scene.basemap
    for kind, areas in base.areas.items():
        rings = (ring for area in areas for ring in area)
        yield f'<path class="m-{kind}" d="{"".join(_d(map(px, ring)) + "z" for ring in rings)}"/>'
    if base.railways:
        yield f'<path class="m-rail" d="{"".join(_d(map(px, line)) for line in base.railways)}"/>'
    widths = {kind: max(least, metres / scale) for kind, (metres, least) in WIDTHS.items()}
    # Paths are too small to tell apart at this scale.
    drawn = {
        kind: "".join(_d(map(px, line)) for line in base.streets[kind])
        for kind in STREET_CLASSES
        if kind != "path" and base.streets[kind]
    }
    for kind, d in drawn.items():
        yield f'<path class="m-casing" stroke-width="{widths[kind] + 1.4:.1f}" d="{d}"/>'
    for kind, d in drawn.items():
        yield f'<path class="m-{kind}" stroke-width="{widths[kind]:.1f}" d="{d}"/>'


def _cells(scene: Scene, px: Projection) -> Iterator[str]:
    for cell in scene.cells:
        d = "".join(_d(map(px, ring)) + "z" for ring in cell.rings)
        yield f'<path class="cell v{cell.level}" d="{d}"/>'


def _routes(scene: Scene, px: Projection) -> Iterator[str]:
    routes = [(route, [_drawn(s, px, scene.lane_px) for s in route.strands]) for route in scene.routes]
    casings = "".join(_d(line) for _route, lines in routes for line in lines)
    if casings:
        yield f'<path class="ride-casing" stroke-width="{scene.line_px + 2.5}" d="{casings}"/>'
    for route, lines in routes:
        d = "".join(_d(line) for line in lines)
        if d:
            yield f'<path class="ride r{route.colour} d{route.dash}" stroke-width="{scene.line_px}" d="{d}"/>'
    for route, lines in routes:
        if not route.arrows or scene.shared:  # arrows on what is lit alone, and nothing here can be lit
            continue
        heads = "".join(
            _arrow(*spot, scene.line_px) for line in lines for spot in _spots(line, scene.arrow_px)
        )
        if heads:
            yield f'<path class="arrow r{route.colour}" d="{heads}"/>'


def _ribbons(scene: Scene, px: Projection, signs: Sequence[Pill]) -> Iterator[str]:
    """Draw the streets that many ride, by how many they are, with their numbers where there is room."""
    by_count: dict[int, list[list[XY]]] = defaultdict(list)
    for run, riders in scene.shared.ribbons() if scene.shared else ():
        by_count[riders].append([px(xy) for xy in run.points])
    for kind, more in (("ribbon-casing", 2.5), ("ribbon", 0.0)):
        for riders, lines in sorted(by_count.items()):
            wide = min(5.0 + riders, _WIDEST_PX) + more
            yield f'<path class="{kind}" stroke-width="{wide:g}" d="{"".join(map(_d, lines))}"/>'
    taken = [(pill.at, pill.size) for pill in signs]
    said: list[tuple[XY, int]] = []
    places = [(*middle(line), riders) for riders, lines in by_count.items() for line in lines]
    for at, length, riders in sorted(places, key=lambda place: -place[1]):
        if (
            length > 1.5 * _COUNT_PX
            and not any(overlap(at, (_COUNT_PX + 4, _COUNT_PX + 4), *other) for other in taken)
            and not any(count == riders and math.dist(at, other) < _REPEAT_PX for other, count in said)
        ):
            said.append((at, riders))
            taken.append((at, (_COUNT_PX + 4, _COUNT_PX + 4)))
            yield (
                f'<g class="count" transform="translate({at[0]:.1f} {at[1]:.1f})">'
                f'<circle r="{_COUNT_PX / 2:g}"/><text y="4">{riders}</text></g>'
            )


def _drawn(strand: Strand, px: Projection, lane_px: float) -> list[XY]:
    """Return a strand in pixels, moved into its lane."""
    line = []
    for xy, (east, north) in zip(strand.points, strand.shifts, strict=True):
        x, y = px(xy)
        line.append((x + lane_px * east, y - lane_px * north))
    return line


def _spots(line: Sequence[XY], every_px: float) -> Iterator[tuple[float, float, float]]:
    """Return where arrows stand on a line in pixels, evenly spread: x, y and the angle.

    The angle is that of a few pixels before and after, so that no small bend turns an arrow.
    """
    length = sum(math.dist(a, b) for a, b in pairwise(line))
    count = max(1, round(length / every_px)) if length > SIGN_PX * 1.5 else 0
    for i in range(count):
        at = (i + 0.5) * length / count
        (x1, y1), (x, y), (x2, y2) = (_along(line, at + d) for d in (-_SIGHT_PX, 0.0, _SIGHT_PX))
        yield x, y, math.atan2(y2 - y1, x2 - x1)


def _along(line: Sequence[XY], distance: float) -> XY:
    """Return the point of a line at a distance from its start."""
    for a, b in pairwise(line):
        step = math.dist(a, b)
        if 0 < step >= distance:
            t = distance / step
            return a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])
        distance -= step
    return line[-1]


def _arrow(x: float, y: float, angle: float, line_px: float) -> str:
    """Draw an arrowhead as a closed path: tip, barb, notch, barb."""
    size = line_px * 0.5 + 3.2
    shape = ((1.2, 0.0), (-0.9, 0.95), (-0.45, 0.0), (-0.9, -0.95))
    c, s = math.cos(angle) * size, math.sin(angle) * size
    return _d((x + u * c - v * s, y + u * s + v * c) for u, v in shape) + "z"


def _name(name: Name, px: Projection) -> str:
    x, y = px(name.at)
    if name.kind == TURN:
        (east, north, radius), *_others = name.cover
        return (
            f'<g class="turn" transform="translate({x + east:.1f} {y - north:.1f})"><circle r="{radius:g}"/>'
            f'<text y="3.5" font-size="{name.size_px:g}">{escape(name.text)}</text></g>'
        )
    turn = f" rotate({name.angle:.0f})" if abs(name.angle) >= 0.5 else ""
    text = escape(name.text)
    below = name.size_px * 0.35 - name.lift
    return (
        f'<text class="n-{name.kind}" font-size="{name.size_px:g}" y="{below:.1f}" '
        f'transform="translate({x:.0f} {y:.0f}){turn}">{text}</text>'
    )


def _pill(pill: Pill) -> str:
    """Draw a pill as wide and high as what it says; a house for the base; a dot where nothing is said."""
    (x, y), (width, height), rows = pill.at, pill.size, pill.rows
    colours = {sign.colour for sign in pill.signs if not sign.base}
    colour = f" r{colours.pop()}" if len(colours) == 1 else " mixed" if colours else ""
    if not rows:
        return f'<circle class="dot{colour}" cx="{x:.1f}" cy="{y:.1f}" r="{DOT_PX / 2:g}"/>'
    mixed = len({sign.colour for sign in pill.signs if not sign.base}) > 1
    words = []
    for number, row in enumerate(rows):
        words.append(_row(row, (number - (len(rows) - 1) / 2) * ROW_PX, mixed=mixed))
    kind = "stop-base" if pill.is_base else f"stop{colour}"
    return (
        f'<g class="{kind}" transform="translate({x:.1f} {y:.1f})"><rect x="{-width / 2:.1f}" '
        f'y="{-height / 2:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'rx="{6 if pill.is_base else SIGN_PX / 2:g}"/>{"".join(words)}</g>'
    )


def _row(row: Sequence[Part], y: float, *, mixed: bool) -> str:
    """Draw a row of a pill around its middle; where the colours differ, each word is underlined in its own, else dots part them."""
    x, before = -(sum(part.width for part in row) + BETWEEN_PX * (len(row) - 1)) / 2, ""
    drawn = []
    for part in row:
        at = x + part.width / 2
        if part.text:
            if before and not mixed:
                drawn.append(f'<text x="{x - BETWEEN_PX / 2:.1f}" y="{y + 5:g}">·</text>')
            drawn.append(f'<text x="{at:.1f}" y="{y + 5:g}">{escape(part.text)}</text>')
            if mixed and part.colour is not None:
                drawn.append(
                    f'<path class="under r{part.colour}" d="M{x:.1f} {y + 8.5:g}h{part.width:.1f}"/>'
                )
        else:
            drawn.append(
                f'<path class="house" transform="translate({at - 10:.1f} {y - 10:g}) scale(.83)" d="{HOUSE}"/>'
            )
        x, before = x + part.width + BETWEEN_PX, part.text
    return "".join(drawn)


def _d(points: Iterable[XY]) -> str:
    """Write a line as steps of whole tenths of a pixel; nothing where it is shorter than one."""
    tenths = [(round(x * 10), round(y * 10)) for x, y in points]
    steps = [
        f"{(bx - ax) / 10:g} {(by - ay) / 10:g}"
        for (ax, ay), (bx, by) in pairwise(tenths)
        if (ax, ay) != (bx, by)
    ]
    return f"M{tenths[0][0] / 10:g} {tenths[0][1] / 10:g}l{' '.join(steps)}" if steps else ""
