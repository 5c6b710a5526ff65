"""A sample of damaged files through every reader; `python -m tests.fuzz` does as many as you like."""

from random import Random

import pytest

from tests.fuzz.files import FORMATS, records
from tests.fuzz.mutations import mutated
from tests.fuzz.outcome import outcome

FILES = 100
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("reader", FORMATS)
def test_a_damaged_file_gives_rows_that_add_up_or_one_sentence(reader: str) -> None:
    form = FORMATS[reader]
    whole = records(Random(reader))
    found = outcome(form.written(whole), form.mapping, len(whole), limited=False)
    assert (found.refused, found.quarantined) == (None, 0)
    for number in range(FILES):
        random = Random(f"{reader}-{number}")
        content, expected = mutated(reader, form, records(random), random)
        outcome(content, form.mapping, expected, gate=number % 50 == 0)
