"""How much room tables ask for."""

import pytest

from oncosecure.ui import style


def test_a_wide_table_asks_for_what_its_longest_texts_take_and_no_more():
    short = style.least_width(("Figure", "Fold 1"), [("Accuracy", "91.4 %")])
    assert short == pytest.approx(2 * 1.0 + 0.55 * (len("Accuracy") + len("91.4 %")))
    long = style.least_width(("Figure", "Fold 1"), [("Accuracy of everything that was ever read", "91.4 %")])
    assert short < long < short + 9.0
    assert style.least_width(("Only a head",), []) == pytest.approx(1.0 + 0.55 * len("Only a head"))
