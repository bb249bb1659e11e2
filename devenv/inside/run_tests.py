"""Runs tests in a prepared database and counts them from the runner's own results."""

import argparse
import time
from collections import defaultdict
from pathlib import Path

from odoo.modules.registry import Registry
from odoo.service import server
from odoo.tests import HttpCase, loader
from odoo.tests import result as odoo_result
from odoo.tests.case import TestCase

from . import boot


class Recorder:
    """Which tests were planned and what became of each.

    :param progress: file that gets a line per finished test
    """

    def __init__(self, progress):
        self.progress = progress
        self.planned = {}
        self.outcomes = {}
        self.broken_classes = {}
        self.details = {}
        self.seconds = {}

    def plan(self, tests):
        """Note the tests that are about to run."""
        self.planned |= {test.id(): type(test) for test in tests}

    def _tell(self, *words):
        with open(self.progress, "a") as stream:
            print(*words, file=stream)

    def set(self, test, outcome, detail=""):
        """Note an outcome; a failure once seen stays."""
        while getattr(test, "test_case", None):
            test = test.test_case
        if isinstance(test, TestCase):
            key = test.id()
        else:
            # setUpClass or tearDownClass: stands for all tests of the class
            key = str(test)
            self.broken_classes[key] = outcome
        if self.outcomes.get(key) != "failed":
            self.outcomes[key] = outcome
            self.details[key] = detail
            self._tell(outcome, key)

    def report(self):
        """Return one row per planned test, and per class that broke after its tests."""
        rows = []
        for key, cls in self.planned.items():
            outcome, detail = self.outcomes.get(key), self.details.get(key, "")
            if outcome is None:
                outcome, detail = self._class_outcome(cls)
            rows.append(
                {
                    "name": key,
                    "outcome": outcome,
                    "detail": detail,
                    "seconds": self.seconds.get(key, 0),
                }
            )
        for key, outcome in self.broken_classes.items():
            if key.startswith("tearDownClass") and outcome == "failed":
                detail = self.details[key]
                rows.append(
                    {"name": key, "outcome": outcome, "detail": detail, "seconds": 0}
                )
        return rows

    def _class_outcome(self, cls):
        """Return the outcome of a test that did not start."""
        for key, outcome in self.broken_classes.items():
            if f"({cls.__module__}.{cls.__qualname__})" in key:
                return outcome, self.details[key]
        return "failed", "The test did not run."


class SharedSuite(loader.OdooSuite):
    """Test classes of which each goes to the process that is free first.

    :param tests: all the tests, those of a class beside each other
    :param recorder: told which tests this process takes
    :param share: folder that all the processes see; none: there is no other process
    """

    def __init__(self, tests, recorder, share):
        super().__init__(tests)
        self.recorder = recorder
        self.share = share

    def __iter__(self):
        by_class = defaultdict(list)
        for test in self._tests:
            by_class[type(test)].append(test)
        # Long ones first, so that no process is left alone with one of them.
        for cls in sorted(by_class, key=lambda cls: not _is_long(cls)):
            if self._take(cls):
                self.recorder.plan(by_class[cls])
                yield from by_class[cls]

    def _take(self, cls):
        """Return whether the class is this process's."""
        if not self.share:
            return True
        try:
            (self.share / f"{cls.__module__}.{cls.__qualname__}").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def has_http_case(self):
        return any(isinstance(test, HttpCase) for test in self._tests)

    def countTestCases(self):
        return len(self._tests)


def _is_long(cls):
    """Return whether a class works in a browser, or on many records."""
    return issubclass(cls, HttpCase) or cls.__name__ == "TestPerformance"


def install_recorder(recorder, suites, share):
    """Hook a recorder into Odoo's runner.

    Odoo runs `at_install` tests while a module is being installed. Here all our
    addons are installed already, so both kinds run on the complete registry.

    :param suites: names of the modules whose tests run
    :param share: folder of the processes that share the tests, or None
    """

    class RecordingResult(odoo_result.OdooTestResult):
        def startTest(self, test):
            super().startTest(test)
            recorder.seconds[test.id()] = time.monotonic()

        def stopTest(self, test):
            super().stopTest(test)
            start = recorder.seconds[test.id()]
            recorder.seconds[test.id()] = time.monotonic() - start

        def addSuccess(self, test):
            super().addSuccess(test)
            recorder.set(test, "passed")

        def addSkip(self, test, reason):
            super().addSkip(test, reason)
            recorder.set(test, "skipped", reason)

        def addFailure(self, test, err):
            super().addFailure(test, err)
            recorder.set(test, "failed", self._exc_info_to_string(err, test))

        def addError(self, test, err):
            super().addError(test, err)
            recorder.set(test, "failed", self._exc_info_to_string(err, test))

    make_suite = loader.make_suite

    def make_our_suite(_module_names, position="at_install"):
        if position != "post_install":
            return loader.OdooSuite([])
        tests = [
            test
            for each in ("at_install", "post_install")
            for test in make_suite(suites, each)
        ]
        return SharedSuite(tests, recorder, share)

    loader.OdooTestResult = RecordingResult
    loader.make_suite = make_our_suite


def main():
    """Run the tests that the arguments select and write a report."""
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("--report", required=True)
    parser.add_argument("--tags", required=True)
    parser.add_argument("--suites", required=True)
    parser.add_argument("--ours", required=True)
    parser.add_argument("--share", type=Path, help="folder of parallel processes")
    parser.add_argument("--progress", required=True)
    arguments = parser.parse_args()
    database = boot.configure(arguments.config, f"--test-tags={arguments.tags}")
    watch = boot.watch_log(arguments.ours.split(","))
    recorder = Recorder(arguments.progress)
    install_recorder(recorder, arguments.suites.split(","), arguments.share)
    code = server.start(preload=[database], stop=True)
    error = None if code in (0, 1) else f"Odoo ended with code {code}."
    if database in Registry.registries:
        watch.know_models(Registry.registries[database])
    boot.write_report(
        arguments.report, error=error, tests=recorder.report(), log=watch.report()
    )


if __name__ == "__main__":
    main()
