"""Measures the scenarios of one contender on its own database."""

import argparse
import traceback

from benchmarks.contenders import CONTENDERS
from benchmarks.scenarios import SCENARIOS
from benchmarks.stopwatch import Stopwatch

from . import boot


def warm_up(contender, watch):
    """Fill the caches that live as long as a server does."""
    sale = contender.create_sales(1, goods=True)
    sale.action_confirm()
    watch.env.flush_all()
    watch.env.cr.rollback()
    watch.env.transaction.clear()


def main():
    """Run the scenarios that the arguments name and write a report."""
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("--report", required=True)
    parser.add_argument("--contender", required=True)
    parser.add_argument("--scenarios", required=True, help="names, with commas")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--most", type=int, default=1000)
    arguments = parser.parse_args()
    database = boot.configure(arguments.config)
    rows, error = [], None
    try:
        with boot.environment(database) as superuser_env:
            env = superuser_env(user=superuser_env.ref("base.user_admin"))
            env = env(context={"lang": "en_US", "tz": "Europe/Zurich"})
            contender = CONTENDERS[arguments.contender](env)
            watch = Stopwatch(env, arguments.repeats, arguments.most)
            warm_up(contender, watch)
            for name in arguments.scenarios.split(","):
                for row in SCENARIOS[name](contender, watch):
                    rows.append({"scenario": name, "title": contender.title, **row})
    except Exception:
        error = traceback.format_exc()
    boot.write_report(arguments.report, error=error, log=[], rows=rows)


if __name__ == "__main__":
    main()
