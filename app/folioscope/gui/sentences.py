"""Sentences that the services compose in English, said in the user's language.

The command line shows them as they are; the window knows their patterns.
"""

import re
from functools import cache

from folioscope.gui.words import tr

PATTERNS = (
    # why nothing was found, and what to try
    "None of your words is in this library.",
    "No page has any of your words, and none is close in meaning.",
    "No page has more than one of your words, and none is close in meaning.",
    "No page has all of your words, and none is close in meaning.",
    "Search all folders instead of {0}",
    "Drop “{0}”",
    "Search without filters",
    "Search for the words one by one",
    "Include the {0} page still being read",
    "Include the {0} pages still being read",
    "Search again when they are read.",
    # what of a query was not understood
    "“{0}” is not a date, so it was left out.",
    "“{0}” is not a page number or a range from 1, so it was left out.",
    "“{0}” is a look and not a kind of file, so it was left out.",
    "“{0}” was left out: a minus works for words, not for filters.",
    "“{0}” names nothing, so it was left out. {1}",
    "The quotation mark is not closed; searched for the words one by one.",
    # why a page was found
    "The framed part is closest to what you typed",
    "None of your words. Found by meaning only",
    "The file is named “{0}”",
    "The framed part looks closest to what you typed",
    "The framed part looks closest to your picture",
    "It looks like what you typed",
    "It looks like your picture",
    "This page has not been looked at yet",
    "Read again together with your words",
    "No page that was looked at is clearly like the picture.",
    # what a model lacks, and what befell one
    "A second look needs words: it reads pages together with what you typed.",
    "A second look needs a reranking model.",
    "No visual model is chosen.",
    "No reranking model is chosen.",
    "Choose one in Settings → Models.",
    "{0} needs {1} GB of memory; this computer has {2} GB.",
    "{0} needs {1} GB while it is installed; {2} GB are free.",
    "{0} needs {1} while it is installed; {2} are free.",
    "Free some room on this disk.",
    "{0} did not arrive whole and was deleted.",
    "{0} did not arrive whole.",
    "Download it again.",
    "{0} could not be fetched from {1}: {2}.",
    "{0} is set, so nothing is fetched.",
    "{0} gives {1} only to those with leave ({2}).",
    "Accept its licence at {0} and set HF_TOKEN.",
    "The server refuses {0} ({1}).",
    "{0} is missing.",
    "Name the folder with the whole checkpoint.",
    "{0} is no folder.",
    "{0} is cut short.",
    "Fetch it again, or copy the whole folder.",
    "Remove it and install it again, or choose another precision.",
    "Close other programs, or choose a smaller precision.",
    # what runs a model, and why
    "The processor is all that ONNX Runtime can use here.",
    "The processor is the fastest here.",
    "{0} is {1} times as fast as the processor, and its vectors agree.",
    "{0} runs it; the processor's memory is too small to compare with.",
    "The graphics card ran out of memory, so the processor goes on.",
    # why a file failed
    "Locked with a password.",
    "That is not the password.",
    "The file is empty.",
    "Not a kind of file that Folioscope reads.",
    "Took longer than {0} seconds.",
    "Larger than the limit of {0} megapixels ({1}).",
    "Needs more memory than the limit of {0} GB.",
    "The file was moved or deleted while it was read. Try again.",
    "No permission to read the file. Change it and retry.",
    "Could not be read: the {0} is damaged. Replace the file.",
    "The file ends early. The part that is there can be found.",
)


@cache
def _compiled() -> tuple[tuple[str, re.Pattern[str]], ...]:
    made: list[tuple[str, re.Pattern[str]]] = []
    for pattern in PATTERNS:
        parts = re.split(r"\{\d\}", pattern)
        made.append((pattern, re.compile("(.+?)".join(map(re.escape, parts)) + r"\Z", re.DOTALL)))
    return tuple(made)


def translated(sentence: str) -> str:
    """Return a service's sentence in the user's language, unchanged where it is not known."""
    for pattern, shape in _compiled():
        if found := shape.match(sentence):
            return tr(pattern).format(*found.groups())
    return sentence
