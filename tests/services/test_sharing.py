from pathlib import Path

import pytest
from folders import SETTINGS, write_folder

from scheduler.inputs import read_project
from scheduler.services.sharing import shared_rooms

PRACTICES = (
    "practice_id,name,address,postcode,city,district\na,A,Istedgade 128,1650,København V,V\n"
    'b,B,"{}",1650,København V,V\n'
)
ROOMS = "practice_id,weekday,date,start,end,weeks,valid_from,valid_to,room\na,tue,,09:00,09:50,odd,,2026-05-31,Fællesrum\n"


@pytest.mark.parametrize(
    ("row", "shared"),
    [
        ("b,tue,,09:00,09:50,,,,fællesrum", True),
        ("b,tue,,09:40,12:00,odd,,,Fællesrum", True),
        ("b,tue,,09:50,12:00,,,,Fællesrum", False),
        ("b,wed,,09:00,12:00,,,,Fællesrum", False),
        ("b,tue,,09:00,12:00,even,,,Fællesrum", False),
        ("b,tue,,09:00,12:00,,2026-05-31,,Fællesrum", True),
        ("b,tue,,09:00,12:00,,2026-06-01,,Fællesrum", False),
        ("b,tue,,09:00,12:00,,,,", False),
        ("b,tue,,09:00,12:00,,,,Lokale 2", False),
        ("b,,2026-05-19,09:00,12:00,,,,Fællesrum", True),  # week 21
        ("b,,2026-05-12,09:00,12:00,,,,Fællesrum", False),
        ("b,,2026-05-20,09:00,12:00,,,,Fællesrum", False),
        ("a,tue,,09:00,09:50,,,,Fællesrum", False),
    ],
)
def test_a_room_that_two_practices_name(tmp_path: Path, row: str, shared: bool) -> None:
    def warnings(address: str) -> tuple[str, ...]:
        tables = {"practices": PRACTICES.format(address), "rooms": f"{ROOMS}{row}\n"}
        return tuple(
            map(str, shared_rooms(read_project(write_folder(tmp_path, settings=SETTINGS, **tables))))
        )

    found = warnings("Istedgade 128, st.")
    assert len(found) == shared
    assert not shared or found[0].startswith(
        "rooms.csv:3 [room]: a and b name the same room in one house, Fællesrum, at overlapping hours (9:00–9:50"
    )
    assert warnings("Istedgade 130") == ()


def test_two_dates(tmp_path: Path) -> None:
    rows = "a,,2026-05-12,09:00,12:00,,,,X\nb,,2026-05-{},09:00,12:00,,,,X\n"
    for day, count in ((12, 1), (13, 0)):
        rooms = ROOMS.splitlines()[0] + "\n" + rows.format(day)
        folder = write_folder(tmp_path, practices=PRACTICES.format("Istedgade 128"), rooms=rooms)
        assert len(shared_rooms(read_project(folder))) == count
