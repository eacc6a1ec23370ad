from random import Random

import numpy as np
import pytest

from scheduler.solver.keys import KeyForm


@pytest.mark.parametrize("requests", [1, 3, 40, 170])
def test_a_key_is_the_same_set_whole_and_in_words(requests: int) -> None:
    rng = Random(requests)
    options = [rng.randint(1, 9) for _ in range(requests)]
    form = KeyForm(options)
    assert (form.words > 1) == (sum(count.bit_length() for count in options) > 62)
    sets = [
        {
            local: rng.randint(1, options[local])
            for local in rng.sample(range(requests), rng.randint(0, min(requests, 7)))
        }
        for _ in range(50)
    ]
    keys = [form.key(visits.items()) for visits in sets]
    assert [dict(form.met(key)) for key in keys] == sets
    words = form.in_words(keys)
    assert words.shape == (50, form.words)
    assert (words >= 0).all()
    assert form.whole(words) == keys
    held = form.held(words)
    assert [{int(i): int(row[i]) for i in np.flatnonzero(row)} for row in held] == sets
    for key, visits in zip(keys, sets, strict=True):
        for local in visits:
            less = form.without(key, local)
            assert dict(form.met(less)) == {other: n for other, n in visits.items() if other != local}


def test_what_options_add_to_their_words_makes_the_key() -> None:
    rng = Random(0)
    options = [rng.randint(1, 4) for _ in range(60)]
    form = KeyForm(options)
    first = np.cumsum([0, *options])
    visits = {3: options[3], 31: 1, 59: options[59]}
    words = np.zeros((1, form.words), dtype=np.int64)
    for local, number in visits.items():
        words[0, form.word[local]] += form.added[first[local] + number - 1]
    assert form.whole(words) == [form.key(visits.items())]


def test_a_day_without_requests_has_one_empty_key() -> None:
    form = KeyForm([])
    assert form.words == 1
    assert form.whole(form.in_words([0])) == [0]
    assert list(form.met(0)) == []
    assert form.held(form.in_words([0, 0])).shape == (2, 0)
