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
    # what is installed cannot work
    "ONNX Runtime is not installed.",
    'Install it with: pip install "folioscope[cpu]", or "folioscope[gpu]" on a machine with an'
    " NVIDIA card.",
    "Both onnxruntime and onnxruntime-gpu are installed, and each overwrites the other.",
    "Uninstall both, then install Folioscope with [cpu] or with [gpu], never both.",
    # what runs a model, and why
    "The processor is all that ONNX Runtime can use here.",
    "The processor is the fastest here.",
    "{0} is {1} times as fast as the processor, and its vectors agree.",
    "{0} runs it; the processor's memory is too small to compare with.",
    "The graphics card ran out of memory, so the processor goes on.",
    # what a server says, or the way to it
    "{0} cannot be reached: {1}.",
    "Check the address and that the server runs.",
    "What answers at {0} is not Elasticsearch.",
    "{0} runs Elasticsearch {1}, and {2} or later is needed.",
    "Update the server.",
    "The Elasticsearch server {0} is busy or getting ready ({1}).",
    "The Elasticsearch server {0} is getting ready.",
    "Nothing is lost; it is asked again.",
    "The disk of the Elasticsearch server {0} is nearly full, so it only lets read.",
    "Make room on the server; nothing is lost, and it goes on by itself.",
    "The library on {0} was set read-only by who runs the server.",
    "A proxy on the way to {0} wants a login (407).",
    "{0} sends elsewhere ({1}) in place of answering.",
    "Give the address of the Elasticsearch server itself.",
    "A proxy or gateway before {0} cannot reach the Elasticsearch server ({1}).",
    "The API key for {0} has expired, by the server's clock.",
    "The API key for {0} was revoked.",
    "The Elasticsearch server {0} asks who you are.",
    "The Elasticsearch server {0} does not know this API key or password.",
    "Give a valid API key, or a user's name and password.",
    "{0} may not do this on the Elasticsearch server {1}.",
    "Ask who runs the server for the rights.",
    "There is no library on {0} under this name.",
    "Check the prefix, or index into it first.",
    "Check the prefix, or add a folder first.",
    "This user may not ask for version and licence: the cluster right “monitor” is missing.",
    "The index on {0} does not take Folioscope's pages: {1}.",
    "It was made for something else; choose another prefix.",
    "The Elasticsearch server {0} refuses: {1}.",
    "The certificate of {0} has another fingerprint than the one given.",
    "If the server got a new certificate, give its fingerprint; else do not go on.",
    "The certificate of {0} is not signed by anybody this machine trusts.",
    "Give the server's CA file, or its certificate's fingerprint.",
    "The certificate of {0} was made for another name.",
    "Use the name that stands in the certificate.",
    "The certificate of {0} has expired, by the clock of this machine.",
    "The certificate of {0} is not valid yet, by the clock of this machine.",
    "Check date and time here; if they are right, the server needs a new one.",
    "{0} does not speak TLS.",
    "Its address begins with http://, not https://.",
    "The fingerprint of the certificate is not a SHA-256.",
    "It has 64 hexadecimal digits; the server's log or openssl x509 shows it.",
    "The address of the server cannot be used.",
    "Write it like https://search.example.org:9200.",
    "The connection is not encrypted: others on the network can read along.",
    "You lack these rights on {0}-*: {1}.",
    "Without the analysis-icu plugin some scripts are cut into words less well.",
    "The server does not fuse results (RRF), so Folioscope does.",
    "This user may not read the indices {0}-… on {1}.",
    "This user may not write the indices {0}-… on {1}.",
    "This system keeps no secrets for Folioscope: its keyring is missing or locked.",
    "The pages are kept in {0} already.",
    "The copy differs from the library in {0}.",
    "This library was opened for searching only.",
    "There is no library on {0} under this name yet.",
    "This library was made with another model: the starter that comes with Folioscope.",
    "This library was made with another model: the starter that comes with Folioscope. Another"
    " computer uses it.",
    "This library was made with another model: the starter that comes with Folioscope. {0} other"
    " computers use it.",
    "This library was made with another model: {0}. Another computer uses it.",
    "This library was made with another model: {0}. {1} other computers use it.",
    "This library was made with another model: {0}.",
    "This library was made with another version of Folioscope.",
    "This library was made with another version of Folioscope. Another computer uses it.",
    "This library was made with another version of Folioscope. {0} other computers use it.",
    "Another computer has files in this library, and what was read of them would be lost as well.",
    "{0} other computers have files in this library, and what was read of them would be lost as"
    " well.",
    "With this one you cannot search it any more.",
    "What is kept there was made with another version of Folioscope.",
    "What is kept there was made with another model: the starter that comes with Folioscope.",
    "What is kept there was made with another model: {0}.",
    "Choose another prefix.",
    "Choose another prefix, or read this library with that model first.",
    "Choose that one with folioscope models forget NAME.",
    "Choose that one with folioscope models agree NAME.",
    "Choose that one with folioscope models forget NAME, or read its files again: folioscope index"
    " --rebuild.",
    "Choose that one with folioscope models agree NAME, or read its files again: folioscope index"
    " --rebuild.",
    "Use that version.",
    "Use that version, or read its files again: folioscope index --rebuild.",
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
    # what is sent to a model on a server, and what becomes of it
    "The text of every page that is read, and whatever you search for, is sent to {0}.",
    "A picture of every page, and whatever you search for, is sent to {0}.",
    "At every second look, what you typed and the text, or the picture where the model sees, of"
    " up to 20 pages are sent to {0}.",
    "That server runs the model itself.",
    "It passes that on to the Elastic Inference Service, which Elastic runs in its cloud.",
    "It passes that on to another company's service ({0}).",
    # what befell it
    "The model {0} reads texts and sees no pictures.",
    "{0} reads texts and sees no pictures.",
    "Use it for the texts of pages.",
    "Use it for the texts of pages, or choose another visual model.",
    "The rate limit of the model on {0} is reached (429).",
    "The model on {0} cannot answer just now ({1}).",
    "What was done is kept; go on later.",
    "{0} asks to wait {1} minutes.",
    "Go on later.",
    "{0} cannot be reached.",
    "Check the address and the network.",
    "You may not use models on {0}.",
    "Ask who runs the server for the cluster right “monitor_inference”.",
    "The licence of {0} does not include inference.",
    "{0} does not know this API key or password.",
    "{0} has no model {1}.",
    "{0} could not use the model: {1}.",
    "The model {0} on {1} answers with something that Folioscope cannot use.",
    "Choose another model.",
    "The model {0} on {1} was changed: it is now {2}.",
    "Choose it again to agree to that.",
    "Nobody agreed to use {0} for this.",
    "{0} runs on a server, so nothing of it is on this machine.",
    # why it is not known whether there is a newer version
    "This build was made without the key that newer versions are signed with.",
    "Look on the page that you have Folioscope from.",
    "Looking for newer versions is turned off.",
    "Turn it on in Settings → About, or by: folioscope updates on",
    "The notice of newer versions is not what its publisher signed, so it is refused.",
    "The notice of newer versions is signed with a key that this version does not know, so it is"
    " refused.",
    "The signature of the notice of newer versions cannot be read, so the notice is refused.",
    "The notice of newer versions cannot be read, so it is refused.",
    "The notice of newer versions is about another program, so it is refused.",
    "The notice of newer versions is written for later versions of Folioscope.",
    "The notice of newer versions (number {0}) is older than one seen before (number {1}), so it is"
    " refused.",
    "The notice of newer versions names {0}, which is older than this version, {1}; so it is"
    " refused.",
    "The notice of newer versions expired on {0}, so it is refused: a newer one may be kept from"
    " you.",
    "The clock of this computer says {0}, which cannot be.",
    "Set date and time, then look again.",
    "The way to newer versions leads to {0} without encryption.",
    "{0} sends from one address to the next.",
    "The proxy that is set for this computer cannot be used for this.",
    "Name an http:// proxy, or none.",
    "{0} sends far more than was asked for.",
    "{0} has nothing on newer versions ({1}).",
    "{0} does not answer as it should ({1}).",
    "{0} did not answer in time.",
    "The answer of {0} was cut short.",
    "Nothing was fetched.",
    "Check the network.",
    "Try again later.",
    "What is known of newer versions could not be kept in {0}.",
    "Make room there, or check that you may write to it.",
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
