"""What reporters are told of their safety is on the form, whole, in every language."""

import html

import pytest
from reporter import HOST

from observatory.languages import offered

# What has to be told, and the words that tell it.
TOLD = {
    "a device of work, or a watched one": "A phone or computer of your employer, or one that "
    "somebody watches, can show that you were here and what you wrote. The network at work can "
    "show that you were here.",
    "the employer's device and network, before the words": "Do not use a device or network of "
    "your employer.",
    "a writing style, details that one person knows": "Your way of writing, an exact date or "
    "amount, or something that only one person or a few know can tell who you are.",
    "a tampered server": "This page and its script come from this server. If someone has "
    "tampered with it, it could send you another page or script, which copies what you write from "
    "then on. Sealing in the browser helps against those who listen on the way, not against that. "
    "If you fear it, use the offline page, where Customs and business have published one: it "
    "seals on a device that is connected to nothing.",
    "both sides together, a court": "Both sides acting together, or a court that orders both, "
    "could open stored reports. So leave out what points to you.",
    "without script": "Without script, your words travel to this server before they are sealed. "
    "On the way they are only as safe as the connection your browser shows.",
    "who watches the line": "Somebody who watches the connection can see when you wrote and about "
    "how much. Tor Browser (from torproject.org) hides who is connecting; this page works in its "
    "safest mode.",
    "how to get Tor": "Get it from torproject.org, on a device of your own and not at work. On an "
    "iPhone, get Onion Browser.",
    "how to use Tor": "Open it, press “Connect”, and type the address of this page. If you were "
    "given one that ends in “.onion”, use that.",
    "that Tor is seen": "Whoever watches your network sees that you use Tor, but not what for. If "
    "that is a danger, or Tor does not connect, choose a bridge in its settings.",
    "Tor afterwards": "Sign in nowhere else meanwhile. Close it when you are done: it forgets "
    "what you did.",
    "what is kept": "We keep no address, no visit log, no cookie. We do not know who you are and "
    "do not want to.",
    "no case": "No case will be opened and nobody will answer. Many reports together show what "
    "has to change.",
}  # fmt: skip


@pytest.mark.parametrize("language", offered(), ids=lambda language: language.tag)
def test_every_danger_and_every_help_is_told(intake, language):
    asked = {**HOST, "Accept-Language": language.tag}
    page = html.unescape(intake.client.get("/", headers=asked).text)
    for what, words in TOLD.items():
        said = language.gettext(words)
        assert said in page, what
        assert (said == words) == (language.tag == "en"), what


def test_what_cannot_be_undone_is_told_before_it_is_sent(intake):
    page = intake.post("my words").text
    told = "Once sent, a report cannot be found again, changed or taken back."
    assert page.index(told) < page.index('value="send"')
