"""The page of the architecture shows the states and steps that there are."""

import unittest

from devenv import flow_page


class TestFlowPage(unittest.TestCase):
    def test_the_page_is_fresh(self):
        page = flow_page.PAGE.read_text()
        parts = flow_page.draw(flow_page.load_flow())
        for name in parts:
            self.assertIn(flow_page.BEGIN.format(name), page)
            self.assertIn(flow_page.END.format(name), page)
        self.assertEqual(
            page, flow_page.insert(page, parts), "`make format` draws the page anew."
        )

    def test_a_changed_table_makes_the_page_stale(self):
        flow = flow_page.load_flow()
        page = flow_page.PAGE.read_text()
        flow.STEPS["arrived"] = flow.Step(
            "Arrived", method="action_arrived", states=("execution",), by_partner=True
        )
        fresh = flow_page.insert(page, flow_page.draw(flow))
        self.assertNotEqual(page, fresh)
        self.assertIn("`action_arrived`", fresh)
