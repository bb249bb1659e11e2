from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import date_formula as df

# the same examples in every run, however slow the machine is
settings.register_profile(
    "dg",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("dg")

UNITS = st.sampled_from("DWMQY")
DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))
PERIODS = st.builds(lambda count, unit: f"{count}{unit}", st.integers(1, 60), UNITS)
TERMS = st.one_of(
    st.builds(lambda n, unit: f"{n}{unit}", st.integers(0, 60), UNITS),
    st.builds(lambda unit: f"C{unit}", UNITS),
)
FORMULAS = st.builds(
    lambda first, head, tail: first + head + "".join(s + t for s, t in tail),
    st.sampled_from(["", "+", "-"]),
    TERMS,
    st.lists(st.tuples(st.sampled_from("+-"), TERMS), max_size=4),
)


@tagged("-at_install", "post_install")
class TestDateFormula(BaseCase):
    def test_section_2_formula_table(self):
        table = [
            # day, formula, result worked out by hand
            (date(2026, 3, 15), "", date(2026, 3, 15)),
            (date(2026, 3, 15), "CD", date(2026, 3, 15)),
            (date(2026, 3, 15), "-CD", date(2026, 3, 15)),
            (date(2026, 3, 15), "14D", date(2026, 3, 29)),
            (date(2026, 3, 15), "+2W", date(2026, 3, 29)),
            (date(2026, 3, 15), "-1D", date(2026, 3, 14)),
            (date(2026, 3, 15), "1M", date(2026, 4, 15)),
            (date(2026, 3, 15), "1Q", date(2026, 6, 15)),
            (date(2026, 3, 15), "2Y", date(2028, 3, 15)),
            (date(2026, 1, 31), "1M", date(2026, 2, 28)),
            (date(2028, 1, 31), "1M", date(2028, 2, 29)),
            (date(2028, 2, 29), "1Y", date(2029, 2, 28)),
            (date(2026, 3, 31), "-1M", date(2026, 2, 28)),
            (date(2026, 3, 15), "CM", date(2026, 3, 31)),
            (date(2026, 3, 15), "-CM", date(2026, 3, 1)),
            (date(2026, 3, 15), "-CM+1M", date(2026, 4, 1)),
            (date(2026, 12, 15), "-CM+1M", date(2027, 1, 1)),
            (date(2026, 3, 15), "CM+1D", date(2026, 4, 1)),
            (date(2026, 3, 15), "1M+CM", date(2026, 4, 30)),
            (date(2026, 3, 15), "CQ", date(2026, 3, 31)),
            (date(2026, 5, 15), "CQ", date(2026, 6, 30)),
            (date(2026, 5, 15), "-CQ", date(2026, 4, 1)),
            (date(2026, 5, 15), "CY", date(2026, 12, 31)),
            (date(2026, 5, 15), "-CY", date(2026, 1, 1)),
            (date(2026, 5, 15), "-cy + 1y - 1d", date(2026, 12, 31)),
            # 15 March 2026 is a Sunday, 18 March a Wednesday
            (date(2026, 3, 15), "CW", date(2026, 3, 15)),
            (date(2026, 3, 15), "-CW", date(2026, 3, 9)),
            (date(2026, 3, 18), "CW", date(2026, 3, 22)),
            (date(2026, 3, 18), "-CW", date(2026, 3, 16)),
        ]
        for day, formula, expected in table:
            with self.subTest(day=day, formula=formula):
                self.assertEqual(df.apply_formula(day, formula), expected)

    def test_section_2_anything_else_is_refused(self):
        for text in (
            "M", "1", "1X", "1M2M", "1M+", "+", "--1M", "1M++1D", "C", "2CM", "CX",
            "D15", "WD1", "1.5M", "1,5M", "-", "heute", "12345D", "١M", "1M;1D",
        ):  # fmt: skip
            with self.subTest(text=text), self.assertRaises(df.DateFormulaError):
                df.parse_formula(text)

    def test_section_2_nothing_longer_than_a_thousand_years(self):
        """What no calendar holds is refused where it is typed, not on delivery."""
        for text in ("9999Y", "4001Q", "-9999Y", "999Y+999Y", "999Y-999Y"):
            with self.subTest(text=text):
                with self.assertRaises(df.DateFormulaError) as caught:
                    df.parse_formula(text)
                self.assertEqual(caught.exception.reason, "range")
        for text in ("9999Y", "1001Y"):
            with self.assertRaises(df.DateFormulaError) as caught:
                df.parse_period(text)
            self.assertEqual(caught.exception.reason, "range")
        self.assertEqual(df.parse_period("9999M"), df.Period(9999, "M"))
        day = date(2026, 3, 15)
        for first in ("1000Y", "-1000Y"):
            start = df.commitment_start(day, formula=first)
            until = df.commitment_term_until(start, "1000Y")
            self.assertLess(df.cancellable_until(until, "1000Y"), until)

    def test_section_2_periods(self):
        self.assertIsNone(df.parse_period(""))
        self.assertIsNone(df.parse_period(None))
        self.assertEqual(df.parse_period(" 12 m "), df.Period(12, "M"))
        self.assertEqual(df.normalize_period("+03q"), "3Q")
        for text, reason in (
            ("-3M", "negative"),
            ("0M", "zero"),
            ("CM", "syntax"),
            ("1M+1D", "syntax"),
            ("12", "syntax"),
        ):
            with self.subTest(text=text):
                with self.assertRaises(df.DateFormulaError) as caught:
                    df.parse_period(text)
                self.assertEqual(caught.exception.reason, reason)

    def test_section_1_integer_ratio(self):
        table = [
            ("3M", "12M", (1, 4)),
            ("12M", "3M", (4, 1)),
            ("1Y", "12M", (1, 1)),
            ("1Q", "1Y", (1, 4)),
            ("2W", "1W", (2, 1)),
            ("10D", "30D", (1, 3)),
        ]
        for rhythm, base, (numerator, denominator) in table:
            with self.subTest(rhythm=rhythm, base=base):
                ratio = df.period_ratio(rhythm, base)
                self.assertEqual(
                    (ratio.numerator, ratio.denominator), (numerator, denominator)
                )
        for rhythm, base in (
            ("5M", "12M"),
            ("7D", "1W"),
            ("1W", "1M"),
            ("30D", "1M"),
            ("2W", "3W"),
        ):
            with self.subTest(rhythm=rhythm, base=base):
                self.assertIsNone(df.period_ratio(rhythm, base))

    def test_g7_g8_g11_start_end_and_notice(self):
        day = date(2026, 3, 15)
        self.assertEqual(df.commitment_start(day), day)
        self.assertEqual(df.commitment_end(day, "36M"), date(2029, 3, 14))
        start = df.commitment_start(day, formula="-CM+1M")
        self.assertEqual(start, date(2026, 4, 1))
        self.assertEqual(df.commitment_end(start, "24M"), date(2028, 3, 31))
        start = df.commitment_start(day, agreed=date(2026, 1, 1), formula="-CM+1M")
        self.assertEqual(start, date(2026, 1, 1))
        self.assertIsNone(df.commitment_end(start, "12M", "12M"))
        self.assertIsNone(df.commitment_end(start))
        until = df.commitment_term_until(start, "12M")
        self.assertEqual(until, date(2026, 12, 31))
        self.assertEqual(df.cancellable_until(until, "3M"), date(2026, 9, 30))

    def test_section_2_clamp_and_sticky_month_end(self):
        self.assertEqual(df.commitment_end(date(2026, 1, 31), "1M"), date(2026, 2, 27))
        table = [
            (date(2026, 9, 30), "1M", date(2026, 8, 31)),
            (date(2026, 2, 28), "1M", date(2026, 1, 31)),
            (date(2026, 3, 31), "1M", date(2026, 2, 28)),
            (date(2026, 6, 30), "1Q", date(2026, 3, 31)),
            (date(2026, 9, 29), "1M", date(2026, 8, 29)),
            (date(2026, 12, 31), "30D", date(2026, 12, 1)),
            (date(2026, 12, 31), "2W", date(2026, 12, 17)),
        ]
        for until, notice, expected in table:
            with self.subTest(until=until, notice=notice):
                self.assertEqual(df.cancellable_until(until, notice), expected)
        self.assertIsNone(df.cancellable_until(date(2026, 12, 31)))
        self.assertIsNone(df.cancellable_until(None, "3M"))

    @given(FORMULAS, DAYS)
    def test_property_every_sentence_of_the_grammar_evaluates(self, formula, day):
        normal = df.normalize_formula(formula)
        self.assertEqual(df.normalize_formula(normal), normal)
        self.assertEqual(df.apply_formula(day, formula), df.apply_formula(day, normal))

    @given(st.text(max_size=8))
    def test_property_nothing_but_the_own_error(self, text):
        for function in (df.normalize_formula, df.normalize_period):
            try:
                function(text)
            except df.DateFormulaError:
                continue

    @given(DAYS, st.integers(-600, 600))
    def test_property_month_arithmetic_clamps(self, day, months):
        result = df.add_months(day, months)
        self.assertEqual(
            (result.year * 12 + result.month) - (day.year * 12 + day.month), months
        )
        self.assertTrue(
            result.day == day.day
            or (result.day < day.day and result == df.last_day_of_month(result))
        )

    @given(DAYS, UNITS)
    def test_property_current_units_enclose_the_day(self, day, unit):
        first = df.apply_formula(day, f"-C{unit}")
        last = df.apply_formula(day, f"C{unit}")
        self.assertLessEqual(first, day)
        self.assertLessEqual(day, last)
        self.assertEqual(df.apply_formula(first, f"C{unit}"), last)
        self.assertEqual(df.apply_formula(last, f"-C{unit}"), first)
        after = last + timedelta(days=1)
        self.assertEqual(df.apply_formula(after, f"-C{unit}"), after)

    @given(DAYS, PERIODS)
    def test_property_end_lies_one_day_before_the_next_term(self, start, period):
        end = df.commitment_end(start, period)
        self.assertGreaterEqual(end, start)
        self.assertEqual(end + timedelta(days=1), df.add_period(start, period))

    @given(DAYS, PERIODS)
    def test_property_notice_lies_before_and_stays_at_month_end(self, until, notice):
        cancellable = df.cancellable_until(until, notice)
        self.assertLess(cancellable, until)
        if notice[-1] in "MQY" and until == df.last_day_of_month(until):
            self.assertEqual(cancellable, df.last_day_of_month(cancellable))

    @given(PERIODS, PERIODS)
    def test_property_ratio_is_reciprocal(self, one, other):
        ratio, back = df.period_ratio(one, other), df.period_ratio(other, one)
        if ratio is None:
            self.assertIsNone(back)
        else:
            self.assertEqual(ratio * back, 1)
            self.assertIn(1, (ratio.numerator, ratio.denominator))
