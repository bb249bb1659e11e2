"""The addons do not know each other; what both of them need stands in both."""

from pathlib import Path

ADDONS = Path(__file__).parents[2] / "addons"


def test_who_asks_asks_the_same_in_both_addons():
    texts = {
        (ADDONS / addon / "tests/asking_common.py").read_text()
        for addon in ("dg_service_partner", "dg_warranty_extension")
    }
    assert len(texts) == 1, "Copy the changed asking_common.py to the other addon."
