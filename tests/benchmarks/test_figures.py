"""The README's figures are those of the cards."""

from benchmarks import figures


def test_readme_is_up_to_date():
    text = figures.README.read_text()
    assert figures.section(text) == text, "run `python -m benchmarks.figures`"
    assert "| Brain MRI |" in text
