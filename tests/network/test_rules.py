import pytest

from scheduler.network.junctions import is_blocked, is_signal, turn_rule
from scheduler.network.riding import Riding
from scheduler.network.rules import Dropped, WayRule, is_raised, way_rule

TRACK, STREET, CALM, PUSH, STEPS, FERRY = Riding


def _tags(text: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in text.split())


def _rule(text: str) -> WayRule:
    rule = way_rule(_tags(text))
    assert isinstance(rule, WayRule), rule
    return rule


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ("highway=motorway", Dropped.MOTORWAY),
        ("highway=motorway_link bicycle=yes", Dropped.MOTORWAY),
        ("highway=trunk motorroad=yes", Dropped.MOTORWAY),
        ("highway=residential bicycle=no foot=no", Dropped.NO_BICYCLES),
        ("highway=trunk bicycle=no", Dropped.NO_BICYCLES),
        ("highway=path bicycle=no access=no", Dropped.NO_BICYCLES),
        ("highway=path bicycle=no access=private", Dropped.NO_BICYCLES),
        ("highway=primary bicycle=use_sidepath", Dropped.NO_BICYCLES),
        ("highway=service access=private", Dropped.PRIVATE),
        ("highway=service access=no", Dropped.NO_BICYCLES),
        ("highway=path bicycle=private", Dropped.PRIVATE),
        ("highway=footway foot=private", Dropped.PRIVATE),
        ("highway=construction construction=residential", Dropped.UNFINISHED),
        ("highway=proposed", Dropped.UNFINISHED),
        ("highway=bus_guideway", Dropped.NOT_RIDEABLE),
        ("highway=corridor indoor=yes", Dropped.NOT_RIDEABLE),
        ("highway=elevator", Dropped.NOT_RIDEABLE),
        ("highway=steps conveying=forward", Dropped.NOT_RIDEABLE),
        ("highway=footway indoor=corridor", Dropped.NOT_RIDEABLE),
        ("highway=service access=delivery", Dropped.PRIVATE),
        ("highway=primary bicycle=no foot=use_sidepath", Dropped.NO_BICYCLES),
        ("highway=footway foot=use_sidepath", Dropped.NO_BICYCLES),
    ],
)
def test_ways_that_are_not_for_bicycles(tags: str, reason: Dropped) -> None:
    assert way_rule(_tags(tags)) is reason


@pytest.mark.parametrize(
    ("tags", "riding"),
    [
        ("highway=cycleway", TRACK),
        ("highway=tertiary cycleway=track", TRACK),
        ("highway=tertiary cycleway:both=lane", TRACK),
        ("highway=residential cyclestreet=yes", TRACK),
        ("highway=path bicycle=designated", TRACK),
        ("highway=primary", STREET),
        ("highway=tertiary cycleway=no", STREET),
        ("highway=road", STREET),
        ("highway=residential", CALM),
        ("highway=path", CALM),
        ("highway=service access=private bicycle=yes", CALM),
        ("highway=footway bicycle=yes", CALM),
        ("highway=pedestrian bicycle=permissive", CALM),
        ("highway=bus_guideway bicycle=designated", CALM),
        ("highway=footway", PUSH),
        ("highway=pedestrian", PUSH),
        ("highway=residential bicycle=dismount", PUSH),
        ("highway=living_street vehicle=no", PUSH),
        ("highway=residential vehicle=delivery", PUSH),
        ("highway=residential vehicle:conditional=delivery@(06:00-11:00)", PUSH),
        ("highway=residential motor_vehicle:conditional=delivery@(06:00-11:00)", CALM),
        ("highway=steps conveying=no", STEPS),
        ("highway=steps", STEPS),
        ("highway=steps bicycle=yes", STEPS),
    ],
)
def test_how_a_way_is_ridden(tags: str, riding: Riding) -> None:
    rule = _rule(tags)
    assert (rule.forward, rule.backward, rule.contraflow) == (riding, riding, "")


def test_a_word_that_only_begins_like_no_is_not_no() -> None:
    # bicycle!~"no" would drop both.
    assert _rule("highway=residential bicycle=not_signed").forward is CALM
    assert _rule("highway=residential bicycle=unknown").forward is CALM


def test_a_track_serves_the_direction_that_has_it_on_the_right() -> None:
    rule = _rule("highway=tertiary cycleway:right=track")
    assert (rule.forward, rule.backward) == (TRACK, STREET)
    rule = _rule("highway=tertiary cycleway:left=lane cycleway:right=no")
    assert (rule.forward, rule.backward) == (STREET, TRACK)
    assert _rule("highway=tertiary oneway=yes cycleway:left=track").forward is TRACK


@pytest.mark.parametrize(
    ("tags", "forward", "backward"),
    [
        # A lane against the traffic is none with it.
        ("oneway=yes oneway:bicycle=no cycleway:left=lane cycleway:left:oneway=-1", STREET, TRACK),
        ("oneway=-1 oneway:bicycle=no cycleway:right=lane cycleway:right:oneway=yes", TRACK, STREET),
        ("oneway=yes cycleway=track cycleway:left:oneway=-1", TRACK, TRACK),
        ("oneway=yes cycleway:left=opposite_track", STREET, TRACK),
        ("oneway=yes cycleway:left=opposite_track cycleway:right=track", TRACK, TRACK),
        # Where the street is two-way, a side's track may say that it runs as it does anyway, or not.
        ("cycleway:left=track cycleway:left:oneway=-1", STREET, TRACK),
        ("cycleway:right=track cycleway:right:oneway=yes", TRACK, STREET),
        ("cycleway:right=track cycleway:right:oneway=-1", STREET, TRACK),
        ("cycleway:left=track cycleway:left:oneway=yes", TRACK, STREET),
        ("cycleway:right=track cycleway:right:oneway=no", TRACK, TRACK),
        ("cycleway:left=track cycleway:left:oneway=no", TRACK, TRACK),
        ("cycleway:both=lane", TRACK, TRACK),
    ],
)
def test_a_track_may_say_which_way_it_runs(tags: str, forward: Riding, backward: Riding) -> None:
    rule = _rule(f"highway=tertiary {tags}")
    assert (rule.forward, rule.backward) == (forward, backward)


@pytest.mark.parametrize(
    ("tags", "forward", "backward"),
    [
        ("oneway=yes", True, False),
        ("oneway=1", True, False),
        ("oneway=-1", False, True),
        ("oneway=no junction=roundabout", True, True),
        ("junction=roundabout", True, False),
        ("junction=circular", True, False),
        ("oneway:bicycle=yes", True, False),
        ("oneway=-1 oneway:bicycle=yes", False, True),
        ("oneway=yes oneway:bicycle=no", True, True),
        ("oneway=-1 oneway:bicycle=no", True, True),
        ("oneway=yes oneway:bicycle=-1", False, True),
        ("oneway=yes cycleway=opposite", True, True),
        ("oneway=yes cycleway=opposite_lane", True, True),
        ("oneway=yes cycleway=opposite_track", True, True),
        ("oneway=yes cycleway:left=opposite_lane", True, True),
        ("oneway=yes cycleway:left=track cycleway:left:oneway=-1", True, True),
        ("oneway=yes cycleway:left=lane cycleway:left:oneway=no", True, True),
        ("oneway=yes cycleway:right=track cycleway:right:oneway=no", True, True),
        ("oneway=yes cycleway=opposite oneway:bicycle=yes", True, False),
        ("oneway=yes cycleway:left=separate cycleway:left:oneway=no", True, False),
        ("oneway=yes cycleway:left=no cycleway:left:oneway=no", True, False),
        ("oneway=yes cycleway:left=track", True, False),
        ("oneway=yes cycleway:both=track cycleway:left:oneway=-1", True, True),
        ("oneway=yes cycleway=track cycleway:left=no cycleway:left:oneway=-1", True, False),
        ("oneway=yes cycleway:left=track cycleway:left:oneway=yes", True, False),
        ("oneway=-1 cycleway:left=track cycleway:left:oneway=-1", False, True),
        ("oneway=-1 cycleway:left=track cycleway:left:oneway=yes", True, True),
    ],
)
def test_one_way_streets_and_contraflow(tags: str, forward: bool, backward: bool) -> None:
    rule = _rule(f"highway=residential {tags}")
    ridden = tuple(riding in (TRACK, CALM) for riding in (rule.forward, rule.backward))
    assert ridden == (forward, backward)


def test_against_a_one_way_street_the_bicycle_is_pushed_on_the_pavement() -> None:
    assert _rule("highway=residential oneway=yes").backward is PUSH
    assert _rule("highway=residential oneway=-1").forward is PUSH
    assert _rule("highway=residential oneway=yes foot=no").backward is None
    assert _rule("highway=tertiary oneway=yes foot=use_sidepath sidewalk=separate").backward is None
    assert _rule("highway=tertiary junction=roundabout").backward is None


def test_contraflow_says_which_direction_is_against_the_traffic() -> None:
    assert _rule("highway=residential oneway=yes oneway:bicycle=no").contraflow == "backward"
    assert _rule("highway=residential oneway=-1 cycleway=opposite").contraflow == "forward"
    assert _rule("highway=residential oneway=yes cycleway=opposite_track").backward is TRACK
    assert _rule("highway=residential oneway=yes cycleway=opposite").backward is CALM


@pytest.mark.parametrize(
    ("tags", "rough"),
    [
        ("highway=residential surface=sett", True),
        ("highway=residential surface=cobblestone:flattened", True),
        ("highway=residential surface=asphalt", False),
        ("highway=path surface=gravel", True),
        ("highway=path surface=fine_gravel", False),
        ("highway=cycleway smoothness=very_bad", True),
        ("highway=cycleway surface=asphalt smoothness=good", False),
        # The street's paving is not the track's.
        ("highway=tertiary surface=sett cycleway=track", False),
        ("highway=tertiary surface=asphalt cycleway=track cycleway:surface=sett", True),
        ("highway=footway surface=sett", False),
    ],
)
def test_rough_surfaces(tags: str, rough: bool) -> None:
    assert _rule(tags).rough is rough


@pytest.mark.parametrize(
    ("tags", "signal"),
    [
        ("highway=traffic_signals", True),
        ("highway=crossing crossing=traffic_signals", True),
        ("highway=crossing crossing=unmarked crossing:signals=yes", True),
        ("highway=crossing crossing=zebra", False),
        ("", False),
    ],
)
def test_signals(tags: str, signal: bool) -> None:
    assert is_signal(_tags(tags)) is signal


@pytest.mark.parametrize(
    ("tags", "blocked"),
    [
        ("barrier=gate access=private", True),
        ("barrier=gate bicycle=no", True),
        ("barrier=wall", True),
        ("barrier=gate", False),
        ("barrier=bollard", False),
        ("barrier=cycle_barrier", False),
        ("barrier=gate access=private foot=yes", False),
        ("barrier=gate access=no bicycle=yes", False),
        ("access=private", False),
    ],
)
def test_barriers(tags: str, blocked: bool) -> None:
    assert is_blocked(_tags(tags)) is blocked


@pytest.mark.parametrize(
    ("tags", "rule"),
    [
        ("type=restriction restriction=no_left_turn", "no"),
        ("type=restriction restriction=only_straight_on", "only"),
        ("type=restriction restriction=no_left_turn except=bus;bicycle", ""),
        ("type=restriction restriction=no_left_turn except=motorcar", "no"),
        ("type=restriction restriction:hgv=no_left_turn", ""),
        ("type=restriction restriction:bicycle=no_u_turn", "no"),
        ("type=multipolygon restriction=no_left_turn", ""),
    ],
)
def test_turn_restrictions(tags: str, rule: str) -> None:
    assert turn_rule(_tags(tags)) == rule


@pytest.mark.parametrize(
    ("tags", "raised"),
    [
        ("bridge=yes", True),
        ("bridge=movable layer=1", True),
        ("bridge=boardwalk", False),
        ("tunnel=yes layer=-1", True),
        ("tunnel=yes covered=yes", True),
        # A passage is on the ground, on whatever layer the house is drawn.
        ("tunnel=building_passage", False),
        ("tunnel=building_passage layer=-1", False),
        ("covered=building_passage layer=1", False),
        ("covered=yes layer=-1", False),
        ("covered=no layer=-1", True),
        # A deck of cars is none, a floor of a house neither.
        ("layer=2", True),
        ("layer=0", False),
        ("level=0", False),
        ("level=0.0 layer=-0", False),
        ("level=1", True),
        ("level=-1;0", True),
        ("tunnel=building_passage level=-1", True),
        ("covered=yes level=2", True),
        ("layer=", False),
        ("layer=under", True),
        ("bridge=no tunnel=no", False),
    ],
)
def test_what_is_on_another_level_than_the_doors(tags: str, raised: bool) -> None:
    assert is_raised(_tags(tags)) is raised
