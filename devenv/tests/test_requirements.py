"""Every number that the addons cite stands in docs/requirements.md."""

import re
import unittest

from devenv.settings import ADDONS, ROOT

PAGE = ROOT / "docs" / "requirements.md"
SUFFIXES = (".py", ".xml", ".js")
# Addon to the heading of the page under which its numbers are.
LISTS = {
    "dg_service_partner": "Service partners",
    "dg_service_partner_dropshipping": "Service partners",
    "dg_warranty_extension": "Warranty extensions",
}
# Alone, in brackets or as an end of a range; W2 and R1 may be names of other things.
NUMBER = re.compile(r"(?<![\w.#-])(R\d\d|W\d\d|W-A\d+|[AGP][1-9]\d?)(?!\w)")
RANGE_END = re.compile(r"(?<=\d-)(R\d\d|W\d\d|W-A\d+|[AGP][1-9]\d?)(?!\w)")
IN_TEST_NAME = re.compile(r"_(r\d\d|w\d\d|w_a\d\d|a\d\d|[gp]\d+)(?=_|$)")
TEST_NAME = re.compile(r"def (test_\w+)")
SECTION = re.compile(r"(?:\b|_)[Ss]ection[ _](\d+)")
# Ways to cite that leave open which list is meant, or that nobody would find.
FORMER = re.compile(
    r"\b[Ss]tatements? \d|def test_(?:\w+_)?[ra]\d(?=_)|def test_(?:\d\d_)"
)


def read_lists(page):
    """Return dict of each second heading of the page to the numbers in its part."""
    parts = re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", page, re.M | re.S)
    return {
        heading: {
            *re.findall(r"^\| ([A-Z][\w-]*\d) \|", part, re.M),
            *re.findall(r"^### (Section \d+)", part, re.M),
        }
        for heading, part in parts
    }


def find_cited(text):
    """Return the numbers that a text cites, as the page writes them."""
    cited = {*NUMBER.findall(text), *RANGE_END.findall(text)}
    for name in TEST_NAME.findall(text):
        for number in IN_TEST_NAME.findall(name):
            cited.add(_from_test_name(number))
    return cited | {f"Section {number}" for number in SECTION.findall(text)}


def _from_test_name(number):
    """Return `A9` for the `a09` of a test's name, `W-A10` for `w_a10`."""
    number = number.upper().replace("_", "-")
    return re.sub(r"^([AGP])0", r"\1", number)


class TestRequirements(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lists = read_lists(PAGE.read_text())
        cls.texts = {
            path: path.read_text()
            for path in sorted(ADDONS.rglob("*"))
            if path.suffix in SUFFIXES
        }

    def _is_listed(self, addon, number):
        return number in self.lists[LISTS[addon]]

    def test_every_cited_number_has_its_sentence(self):
        unknown = [
            f"{path.relative_to(ADDONS)}: {number}"
            for path, text in self.texts.items()
            for number in sorted(find_cited(text))
            if not self._is_listed(path.relative_to(ADDONS).parts[0], number)
        ]
        self.assertFalse(unknown, "\n".join(["docs/requirements.md lacks", *unknown]))

    def test_numbers_are_cited_in_one_way(self):
        former = [
            f"{path.relative_to(ADDONS)}: {found}"
            for path, text in self.texts.items()
            for found in FORMER.findall(text)
        ]
        self.assertFalse(former, "\n".join(former))

    def test_no_number_has_two_sentences(self):
        numbers = re.findall(r"^\| ([A-Z][\w-]*\d) \|", PAGE.read_text(), re.M)
        self.assertEqual(len(numbers), len(set(numbers)))
        self.assertGreater(len(numbers), 100)

    def test_the_numbers_are_found(self):
        for text, cited in (
            ('"""Wait for the money (R08, A4)."""', {"R08", "A4"}),
            ("# R17-R22, W-A10 and W36-W38: so", {"R17", "R22", "W-A10", "W36", "W38"}),
            ("def test_r25_r35_lists(self)", {"R25", "R35"}),
            ("def test_a09_goods(self)", {"A9"}),
            ("def test_w_a10_w16_p1_proposal(self)", {"W-A10", "W16", "P1"}),
            ("def test_section_2_copying(self)", {"Section 2"}),
            ('code="W2", "#A12B34", model.A1, R1', set()),
        ):
            with self.subTest(text=text):
                self.assertEqual(find_cited(text), cited)

    def test_a_number_of_the_other_list_is_refused(self):
        self.assertTrue(self._is_listed("dg_service_partner", "A10"))
        self.assertTrue(self._is_listed("dg_warranty_extension", "W-A10"))
        self.assertFalse(self._is_listed("dg_warranty_extension", "A10"))
        self.assertFalse(self._is_listed("dg_service_partner", "W12"))

    def test_the_former_ways_are_found(self):
        for text in (
            "(statement 26)",
            "def test_a9_goods(self)",
            "def test_07_08_opens(self)",
        ):
            self.assertTrue(FORMER.search(text), text)
