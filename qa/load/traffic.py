"""Lets many people work at once for a while; a process of its own, without Odoo."""

import argparse
import asyncio
import json
import random
from pathlib import Path

import aiohttp

from .journal import Journal
from .person import LOGIN
from .portal_person import PortalPerson
from .team_person import TeamPerson

# Seconds between two requests of one person, as the shortest and the longest.
PAUSE = (2.0, 8.0)
# Seconds within which all have come.
ARRIVAL = 30
# Passwords that somebody tries at once, from an address of their own.
GUESSES = 60
GUESSER = "127.0.2.1"
TOO_MANY = 429


async def _arrive(person, deadline, wait):
    await asyncio.sleep(wait)
    await person.work(deadline, PAUSE)


async def _guess_passwords(site):
    """Return how many of many logins at once the proxy refused."""
    connector = aiohttp.TCPConnector(local_addr=(GUESSER, 0))
    refused = 0
    async with aiohttp.ClientSession(connector=connector) as session:
        for number in range(GUESSES):
            data = {"login": "admin", "password": f"guess {number}"}
            async with session.post(f"{site}{LOGIN}", data=data) as response:
                refused += response.status == TOO_MANY
    return refused


async def work(site, scene, seconds, seed):
    """Return the journal of everybody's work.

    :param dict scene: logins, and ids of what is sold
    :param float seconds: how long people start new work
    """
    journal = Journal()
    TeamPerson.products = scene["products"]
    TeamPerson.customers = scene["customers"]
    kinds = [(PortalPerson, login) for login in scene["portal"]]
    kinds += [(TeamPerson, login) for login in scene["team"]]
    people = [
        kind(site, login, number, journal, random.Random(f"{seed} {login}"))
        for number, (kind, login) in enumerate(kinds, start=1)
    ]
    arrival = min(ARRIVAL, seconds / 4)
    await asyncio.gather(
        *(
            _arrive(person, seconds, arrival * number / len(people))
            for number, person in enumerate(people)
        )
    )
    journal.guesses = (GUESSES, await _guess_passwords(site))
    return journal


def main():
    """Work and write the journal."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--site", required=True)
    parser.add_argument("--scene", required=True, help="file of `load_scene`")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--report", required=True)
    arguments = parser.parse_args()
    scene = json.loads(Path(arguments.scene).read_text())
    journal = asyncio.run(
        work(arguments.site, scene, arguments.seconds, arguments.seed)
    )
    journal.save(arguments.report)


if __name__ == "__main__":
    main()
