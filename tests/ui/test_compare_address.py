import pytest

from oncosecure.ui import compare_address
from oncosecure.ui.compare_address import Address

KNOWN = (("brain_mri", "lung_ct"), ("figures", "curves"))


@pytest.mark.parametrize(
    "address",
    [
        Address(),
        Address("lung_ct", ("efficientnet_lite0", "resnet50"), "curves", 0.095, 0.004),
        Address("brain_mri", ("resnet50",)),
    ],
)
def test_an_address_reads_back_as_it_was_written(address):
    assert compare_address.parse(compare_address.query(address), *KNOWN) == address


def test_what_is_unknown_or_mistyped_is_ignored():
    query = {"modality": "knee", "models": ",a,a,b,c", "tab": "<b>", "threshold": "1.5", "prevalence": "much", "x": "y"}
    assert compare_address.parse(query, *KNOWN) == Address(models=("a", "b"))
    assert compare_address.parse({"threshold": "nan", "prevalence": "0"}, *KNOWN) == Address()
