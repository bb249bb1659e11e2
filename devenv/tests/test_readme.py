"""What Odoo shows of an addon is what its readme/ says."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from devenv import our_addons, python_env, readme
from devenv.settings import ADDONS, ROOT


class TestReadme(unittest.TestCase):
    def test_every_addon_has_all_fragments(self):
        for addon in our_addons.names():
            for name in readme.FRAGMENTS:
                with self.subTest(addon=addon, fragment=name):
                    path = ADDONS / addon / "readme" / name
                    self.assertTrue(path.is_file() and path.read_text().strip())

    def test_history_names_the_version(self):
        for addon in our_addons.names():
            history = (ADDONS / addon / "readme" / "HISTORY.md").read_text()
            version = our_addons.manifest(addon)["version"]
            self.assertTrue(history.startswith(f"### {version}\n"), addon)

    def test_descriptions_are_fresh(self):
        done = self._check()
        self.assertFalse(done.returncode, done.stdout)

    def test_a_changed_fragment_makes_the_description_stale(self):
        with tempfile.TemporaryDirectory() as folder:
            addon = Path(folder) / our_addons.names()[0]
            shutil.copytree(ADDONS / addon.name, addon)
            self.assertFalse(self._check(addon).returncode)
            with open(addon / "readme" / "USAGE.md", "a") as stream:
                stream.write("\nA <script>new</script> sentence.\n")
            self.assertTrue(self._check(addon).returncode)
            self._run(addon)
            page = (addon / "static" / "description" / "index.html").read_text()
        self.assertIn("A &lt;script&gt;new&lt;/script&gt; sentence.", page)

    def _check(self, *arguments):
        return self._run("--check", *arguments)

    @staticmethod
    def _run(*arguments):
        return subprocess.run(
            [python_env.ensure(), "-m", "devenv.readme", *arguments],
            cwd=ROOT,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
