import re

import pytest

from oncosecure.ui import words


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0, "< 0.1"),
        (0.0004, "< 0.1"),
        (0.0006, "0.1"),
        (0.5, "50.0"),
        (0.9734, "97.3"),
        (0.9994, "99.9"),
        (0.9996, "> 99.9"),
        (1, "> 99.9"),
    ],
)
def test_percentages_have_one_decimal_and_are_never_certain(share, said):
    assert words.breakable(words.in_percent(share)) == said
    assert words.breakable(words.percent(share)) == f"{said} %"


def test_no_line_breaks_inside_a_percentage():
    said = [
        words.percent(0.5),
        words.percent(1),
        words.whole_percent(0.9),
        words.fixed("small below 6.0 %"),
        words.INTERVAL,
    ]
    assert [text for text in said if re.search(r"\d %|> ", text)] == []
    assert words.fixed("right, %") == "right, %", "not after a number"


def test_areas_under_the_curve_are_never_perfect():
    assert (words.breakable(words.auc(1.0)), words.auc(0.9954)) == ("> 0.999", "0.995")


def test_a_figure_comes_with_its_interval():
    figure = {"value": 0.979, "low": 0.969, "high": 1.0}
    assert words.breakable(words.with_interval("accuracy", figure)) == "97.9 % (96.9 to > 99.9)"
    assert words.breakable(words.with_interval("macro_auc", figure)) == "0.979 (0.969 to > 0.999)"


def test_proper_names_keep_their_capital():
    assert words.lower_first("Keras MLP") == "Keras MLP"
    assert words.lower_first("Random forest") == "random forest"


def test_a_figure_of_one_group_has_no_interval():
    figure = dict.fromkeys(("value", "low", "high"), 0.598)
    for same in (figure, figure | {"low": 0.0, "high": 1.0}):
        assert words.breakable(words.with_interval("sensitivity_benign", same)) == "59.8 % (no interval)"


def test_a_figure_that_cannot_be_computed_says_so():
    assert (
        words.with_interval("accuracy", dict.fromkeys(("value", "low", "high"), float("nan"))) == "cannot be computed"
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Glioma", "a glioma"),
        ("No tumour", "no tumour"),
        ("Normal lungs", "normal lungs"),
        ("Actinic keratosis or Bowen's disease", "an actinic keratosis or Bowen's disease"),
    ],
)
def test_findings_take_the_right_article(name, said):
    assert words.with_article(name) == said


def test_lists_read_like_sentences():
    assert words.listing(["a"]) == "a"
    assert words.listing(["a", "b"], "or") == "a or b"
    assert words.listing(["a", "b", "c"]) == "a, b and c"


def test_models_and_p_values_are_said_as_people_write_them():
    assert words.model_name("efficientnet_lite2") == "EfficientNet-Lite2"
    assert words.model_name("resnet50") == "ResNet50"
    assert words.model_name("efficientnet_lite0_s16") == "Five-stage EfficientNet-Lite0"
    assert words.model_name("random_forest") == "Random forest"
    assert [words.breakable(words.p_value(p)) for p in (0.0002, 0.0421, 0.27, 1.0)] == [
        "< 0.001",
        "0.042",
        "0.27",
        "1.00",
    ]
    assert words.p_value(float("nan")) == "not tested"


@pytest.mark.parametrize(
    "text",
    ["![x](http://192.0.2.1/x.png)", "[a](javascript:alert(1))", "<b>x</b>", ":red[x]", "$x$", "**x**", "# x", "`x`"],
)
def test_text_from_outside_is_not_markdown(text):
    shown = words.verbatim(text)
    assert re.sub(r"\\(.)", r"\1", shown) == text
    for mark in set("![](<*:$#`") & set(text):
        assert re.search(r"(?<!\\)" + re.escape(mark), shown) is None


def test_plain_text_from_outside_stays_readable():
    assert words.verbatim('mean radius is "abc", which is no number.') == 'mean radius is "abc", which is no number.'


def test_a_noun_follows_its_number():
    assert (words.several(1, "file"), words.several(0, "file"), words.several(1200, "row")) == (
        "1 file",
        "0 files",
        "1,200 rows",
    )


def test_an_acronym_keeps_its_capitals_inside_a_sentence():
    names = ("Low resolution", "JPEG", "Lung CT", "Grad-CAM++", "Class activation map")
    lowered = ["low resolution", "JPEG", "lung CT", "Grad-CAM++", "class activation map"]
    assert [words.lower_first(name) for name in names] == lowered
