"""A folder is built whole or not at all, and one process builds it."""

import itertools
import os
import tempfile
import unittest
from pathlib import Path
from unittest.mock import patch

from devenv import cache


class TestCache(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        patcher = patch("devenv.cache.CACHE", self.root)
        patcher.start()
        self.addCleanup(patcher.stop)

    def test_a_build_that_breaks_off_leaves_nothing_ready(self):
        target = self.root / "thing"
        with self.assertRaises(KeyboardInterrupt), cache.build_folder(target, "1"):
            raise KeyboardInterrupt
        self.assertFalse(cache.is_ready(target, "1"))

    def test_a_build_that_breaks_off_keeps_the_old_one(self):
        target = self.root / "thing"
        with cache.build_folder(target, "1") as draft:
            (draft / "file").write_text("old")
        with self.assertRaises(ValueError), cache.build_folder(target, "2") as draft:
            (draft / "file").write_text("half")
            raise ValueError
        self.assertTrue(cache.is_ready(target, "1"))
        self.assertEqual((target / "file").read_text(), "old")

    def test_a_new_key_takes_the_place_of_the_old_one(self):
        target = self.root / "thing"
        for key in ("1", "2"):
            with cache.build_folder(target, key) as draft:
                (draft / key).touch()
        self.assertTrue(cache.is_ready(target, "2"))
        self.assertFalse(cache.is_ready(target, "1"))
        self.assertFalse((target / "1").exists())

    def test_a_damaged_stamp_is_not_ready(self):
        with cache.build_folder(self.root / "thing", "1"):
            pass
        (self.root / "thing" / cache.STAMP).write_text("{")
        self.assertFalse(cache.is_ready(self.root / "thing", "1"))

    def test_a_lock_has_one_holder(self):
        with cache.lock("door"):
            self.assertIsNone(cache.try_lock("door"))
        holder = cache.try_lock("door")
        self.assertIsNotNone(holder)
        holder.close()

    def test_who_waits_says_for_whom_at_once_and_again(self):
        holders = [cache.try_lock(f"processor{each}") for each in range(os.cpu_count())]
        self.assertTrue(all(holders))
        clock = itertools.count(step=20)
        said = []

        def sleep(_seconds):
            if len(said) == 2:
                holders.pop().close()

        with (
            patch("devenv.cache.say", said.append),
            patch("devenv.cache.time.sleep", sleep),
            patch("devenv.cache.time.monotonic", lambda: next(clock)),
            cache.processor(),
        ):
            pass
        for holder in holders:
            holder.close()
        first, second = said
        self.assertIn(f"process {os.getpid()}", first)
        self.assertIn("processors (30 s)", second)
