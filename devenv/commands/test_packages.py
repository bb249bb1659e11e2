"""Build each addon as a wheel and install it from there, without addons/."""

from ..test_packages import PackageTest


def run(_arguments):
    return PackageTest().run()
