"""Measures the tasks of one contender, one at a time, when it is told to.

Every line of the standard input names a task by race and position; every line of the
standard output answers. So the runs of several contenders can take turns.
"""

import argparse
import json
import os
import sys
import traceback

from devenv.inside import boot

from .contenders import CONTENDERS
from .scenarios import SCENARIOS
from .stopwatch import Stopwatch


def warm_up(contender):
    """Fill the caches that live as long as a server does."""
    sale = contender.create_sales(1, goods=True)
    sale.action_confirm()
    contender.env.flush_all()
    contender.env.cr.rollback()
    contender.env.transaction.clear()


def serve(contender, races, answer):
    """Say what can be measured, then measure what is asked for."""
    watch = Stopwatch(contender.env)
    tasks = {race: SCENARIOS[race](contender) for race in races}
    answer(
        {
            race: [
                {
                    "what": task.what,
                    "mode": task.mode,
                    "count": task.count,
                    "rounds": task.rounds,
                    "is_whole": task.is_whole,
                }
                for task in own
            ]
            for race, own in tasks.items()
        }
    )
    for line in sys.stdin:
        race, position = json.loads(line)
        answer(watch.run(tasks[race][position]))


def main():
    """Serve until the input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("--contender", required=True)
    parser.add_argument("--races", required=True, help="names, with commas")
    arguments = parser.parse_args()
    # What Odoo and its tools print belongs in the log.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def answer(value):
        answers.write(json.dumps(value) + "\n")

    database = boot.configure(arguments.config)
    try:
        with boot.environment(database) as superuser_env:
            env = superuser_env(user=superuser_env.ref("base.user_admin"))
            env = env(context={"lang": "en_US", "tz": "Europe/Zurich"})
            contender = CONTENDERS[arguments.contender](env)
            warm_up(contender)
            serve(contender, arguments.races.split(","), answer)
    except Exception:
        answer({"error": traceback.format_exc()})


if __name__ == "__main__":
    main()
