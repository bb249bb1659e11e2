"""Single packages of Debian, fetched without root and checked by apt itself."""

import os
import shutil

from . import cache
from .console import DevenvError, run, step

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
SUITES = ("sid", "bookworm")


class PrivateApt:
    """apt with lists and caches of its own, on the mirror that the machine uses."""

    def __init__(self):
        self.folder = cache.folder("apt")
        self.downloads = cache.folder("apt", "debs")
        cache.folder("apt", "lists", "partial")
        cache.folder("apt", "cache", "archives", "partial")

    def _options(self):
        options = {
            "Dir::State::lists": self.folder / "lists",
            "Dir::Cache": self.folder / "cache",
            "Dir::Etc::sourcelist": self.folder / "sources.list",
            "Dir::Etc::sourceparts": "-",
            "Acquire::Retries": "3",
            "Acquire::Languages": "none",
        }
        if os.geteuid() == 0:
            options["APT::Sandbox::User"] = "root"
        return [f"-o{name}={value}" for name, value in options.items()]

    def _mirrors(self):
        """Return the addresses of the machine's own Debian mirrors."""
        output = run(
            ["apt-get", "indextargets", "--format", "$(REPO_URI) $(ORIGIN) $(LABEL)"],
            check=False,
        )
        addresses = []
        for line in output.splitlines():
            address, *names = line.split()
            if "://" in address and "security" not in address.lower():
                addresses.append((names[:1] != ["Debian"], address))
        return list(dict.fromkeys(address for _other, address in sorted(addresses)))

    def update(self):
        """Fetch the package lists of the suites we take packages from.

        :raise DevenvError: if no mirror of the machine offers them
        """
        if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
            raise DevenvError("This machine has no apt, from which Odoo would come.")
        options = f"[signed-by={KEYRING}]" if os.path.exists(KEYRING) else ""
        failure = "apt names no mirror."
        for address in self._mirrors():
            lines = [f"deb {options} {address} {suite} main\n" for suite in SUITES]
            (self.folder / "sources.list").write_text("".join(lines))
            with step("package lists of the Debian mirror, about 20 MB"):
                command = ["apt-get", *self._options(), "update", "--error-on=any"]
                try:
                    run(command)
                    return
                except DevenvError as error:
                    failure = str(error)
        raise DevenvError(f"No package lists could be fetched. {failure}")

    def version(self, package):
        """Return the version on offer, or None."""
        name, _slash, suite = package.partition("/")
        output = run(["apt-cache", *self._options(), "madison", name], check=False)
        for line in output.splitlines():
            columns = [column.strip() for column in line.split("|")]
            if len(columns) == 3 and f" {suite}/" in columns[2]:
                return columns[1]
        return None

    def download(self, packages):
        """Download packages, given as `name/suite`, and return their files.

        apt checks each file against the signed package list and picks up a
        download that was cut off.
        """
        for old in self.downloads.iterdir():
            old.unlink()
        command = ["apt-get", *self._options(), "download", *packages]
        run(command, cwd=self.downloads)
        return sorted(self.downloads.glob("*.deb"))


def _megabytes(files):
    return sum(map(os.path.getsize, files)) / 1e6


def unpack(files, target):
    """Unpack Debian packages into one folder."""
    with step(f"unpacking {len(files)} packages, {_megabytes(files):.0f} MB"):
        for path in files:
            run(["dpkg-deb", "--extract", path, target])
