"""Build each addon as a wheel and install it from there."""

from ..test_packages import PackageTest


def run(_arguments):
    return PackageTest().run()
