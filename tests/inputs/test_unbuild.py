from pathlib import Path

from folders import TABLES, write_folder

from scheduler.base.resources import example_folder
from scheduler.inputs import read_project
from scheduler.inputs.project import build, contradictions
from scheduler.inputs.settings import Settings
from scheduler.inputs.unbuild import rows_of
from scheduler.model.project import Project


def rebuilt(project: Project) -> Project:
    return build(Settings(project.config), rows_of(project), project.sha256)


def test_the_example_is_built_again_from_its_rows() -> None:
    project = read_project(example_folder())
    assert rebuilt(project) == project
    assert list(contradictions(project, Settings(project.config), rows_of(project))) == []


def test_every_table_and_column_comes_back(tmp_path: Path) -> None:
    project = read_project(
        write_folder(
            tmp_path,
            practices=TABLES["practices"]
            .replace("district", "district,base_id,consultant_id,priority,visits_a_week,same_as")
            .replace("Kgs. Enghave", "Kgs. Enghave,south,c2,2,1,P2")
            .replace("Valby", "Valby,,,,,"),
            bases="base_id,name,address,postcode,city,lat,lon\nsouth,Syd,Vej 2,2450,København SV,55.65,12.54\n",
            consultants="consultant_id,name,base_id,speed_kph\nc1,A,,17.5\nc2,B,south,\n",
            shifts=TABLES["shifts"]
            .replace("end\n", "end,lunch_minutes,date,weeks,valid_from,valid_to\n")
            .replace("15:30\n", "15:30,45,,ulige,2009-02-01,2010-02-01\n")
            + "c1,,fri,,,2009-05-12,,,\nc1,,9.00,12.00,,2009-05-11,,,\n",
            places="place_id,name,address,postcode,city\nhall,Hal,Vej 3,2450,København SV\n",
            engagements="engagement_id,title,kind,consultant_id,weekday,start,end,place,valid_from,valid_to\n"
            "e1,Kursus,course,alle,man,10.00,11.00,hall,2009-02-01,2010-02-01\n",
            home_visits="visit_id,address,postcode,city,date,start,end,minutes\n"
            "h1,Vej 4,2450,København SV,2009-05-12,9.00,12.00,50\n",
            pins="id,date,start\nh1,2009-05-12,9.30\n",
            closures="who,from,to,start,end,reason\nP1,2009-07-01,2009-07-09,,,Ferie\ne1,2009-07-06,2009-07-06,,10.30,\n",
            demand="practice_id,week,conversations,visits\nP1,uge 20 2009,4,1\n",
            agreements="practice_id,weekday,start,weeks\nP1,man,9.30,ulige\n",
        )
    )
    assert rebuilt(project) == project


def test_rows_know_where_they_were_written(tmp_path: Path) -> None:
    rows = rows_of(read_project(write_folder(tmp_path)))
    assert [(row.origin.file, row.origin.row) for row in rows["rooms"]] == [
        ("rooms.csv", 2),
        ("rooms.csv", 3),
    ]
    assert rows["bases"][0].origin.file == "project.toml"
