from scheduler.model.project import Place


def test_full_address_leaves_out_what_is_not_known() -> None:
    place = Place(place_id="a", name="A", address="Istedgade 1", postcode="1650", city="København V")
    assert place.full_address == "Istedgade 1, 1650 København V"
    assert Place(place_id="a", name="A").full_address == ""
