"""`python -m devenv.translations`: each language says everything, and says it right.

Beside the checks of the OCA, which look at the entries that are there: no term is
missing or forgotten, and what is no text (placeholders, tags) is the same.
With `--merge` the languages first get the terms of the templates.
"""

import re
import sys
from collections import Counter
from pathlib import Path

import polib

from .settings import ADDONS

LANGUAGES = ("de", "fr", "it")
HEADER = (
    "Project-Id-Version",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
)
# Without a translation the source is shown: right where both have the same word.
NO_WORDS = {
    "%(date)s, %(time)s",
    "-CM+1M",
    "12M",
    "36M",
    "3M",
    "<span>–</span>",
    "ID",
    "PDF",
    "SP-ID",
    "TV 65″ OLED",
    # names of fields, as placeholders show them
    "billing_status",
    "id",
    "object.name",
    "state",
}
SAME_WORDS = {
    "de": {
        "Code",
        "Details",
        "E-Mail",
        "Icon",
        "Name",
        "Normal",
        "Partner",
        "SP-IDs",
        "Status",
        "Total",
        "Total (%(currency)s)",
        "Transfer",
        "Transfers",
    },
    "fr": {
        '<span class="ms-1">minutes</span>',
        "Action",
        "Base",
        "Code",
        "Configuration",
        "Contact",
        "Date",
        "Date:",
        "Description",
        "Documents",
        "Messages",
        "Normal",
        "Question",
        "Sections",
        "Service",
        "Services",
        "Total",
        "Total (%(currency)s)",
        "Transmission",
        "Urgent",
    },
    "it": {"Base", "Partner", "Per"},
}
# Words inside of tags are translated, everything else of a tag is not.
WORDS_IN_TAGS = re.compile(r'(title|alt|placeholder|aria-label)="[^"]*"')
NO_TEXT = re.compile(r"%\(\w+\)[a-z]|%[sd%]|\{\{.*?\}\}|\{\d\}|<[^>]+>", re.DOTALL)
SPELLINGS = {"de": re.compile("ß"), "fr": re.compile(r"\w [:;!?](\s|$)")}


def no_text(term):
    """Return how often each placeholder and each tag is in a term."""
    found = NO_TEXT.findall(WORDS_IN_TAGS.sub(r"\1", term))
    return Counter(" ".join(each.split()) for each in found)


def problems(template, translation, language):
    """Return what is wrong in a translation, as sentences.

    :param template: terms of the addon, as an iterable of strings
    :param dict translation: term to its translation, empty if there is none
    """
    found = []
    for term in template:
        text = translation.get(term)
        if text is None:
            found.append(f"is missing: {term!r}")
        elif not text:
            if term not in NO_WORDS | SAME_WORDS[language]:
                found.append(f"is not translated: {term!r}")
        elif no_text(term) != no_text(text):
            found.append(f"has other placeholders or tags: {term!r} as {text!r}")
        elif language in SPELLINGS and SPELLINGS[language].search(text):
            found.append(f"is not spelled as in Switzerland: {text!r}")
    return found


def check(folder):
    """Return what is wrong in the translations of one addon's folder `i18n`."""
    (template,) = folder.glob("*.pot")
    terms = {entry.msgid for entry in polib.pofile(str(template))}
    found = []
    for language in LANGUAGES:
        file = folder / f"{language}.po"
        entries = [entry for entry in polib.pofile(str(file)) if not entry.obsolete]
        translation = {entry.msgid: entry.msgstr for entry in entries}
        fuzzy = [f"is fuzzy: {entry.msgid!r}" for entry in entries if entry.fuzzy]
        name = f"{folder.parent.name}/i18n/{file.name}"
        found += [
            f"{name}: {sentence}"
            for sentence in [*fuzzy, *problems(terms, translation, language)]
        ]
    return found


def merge(folder):
    """Bring the languages of one addon to the terms of its template."""
    (template,) = folder.glob("*.pot")
    terms = polib.pofile(str(template), wrapwidth=78)
    # Neither dates nor empty names: a template changes when its terms do.
    terms.metadata = {name: terms.metadata[name] for name in HEADER}
    terms.save(str(template))
    for language in LANGUAGES:
        file = folder / f"{language}.po"
        old = polib.pofile(str(file))
        translation = {entry.msgid: entry.msgstr for entry in old}
        new = polib.POFile(wrapwidth=78)
        new.header, new.metadata = old.header, old.metadata
        for entry in terms:
            entry.msgstr = translation.get(entry.msgid, "")
            new.append(entry)
        new.save(str(file))


def main(arguments=()):
    """Print what is wrong and return the exit code."""
    folders = [Path(name) for name in arguments if name != "--merge"]
    found = []
    for folder in folders or sorted(ADDONS.glob("*/i18n")):
        if "--merge" in arguments:
            merge(folder)
        found += check(folder)
    for sentence in found:
        print(sentence)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
