"""Every ready campaign, held with scripted callees: by text, or by sound with the engines of this machine.

    python -m benchmarks.ready_campaigns
    python -m benchmarks.ready_campaigns --sound --language en-US --callee willing --callee refuses

Prints how each call ended, and which recogniser listens; a language without one is answered by keys. By sound a call
takes some seconds of computing.
"""

from __future__ import annotations

import argparse
from time import process_time

from audio.recognition import recognizer_for
from campaigns.definition import example_fields, parse
from campaigns.templates import template_text, templates
from outbound import wiring
from outbound.cli.trial import Wanted, rehearsal
from outbound.clock import Clock
from outbound.dialing.news import Finished, News
from outbound.simulation.callee import Answerer, ready_callees


def ended(language: str, campaign: str, callee: str, line: str) -> str:
    """How a call to a ready callee ends."""
    source = template_text(campaign, language)
    definition = parse(source, campaign)
    seen: list[str] = []

    def watch(news: News) -> None:
        if isinstance(news, Finished):
            seen.append(str(news.disposition))

    with rehearsal(Wanted(definition, source, example_fields(definition), language)) as (store, contact_id, start):

        async def main(clock: Clock) -> None:
            directory = wiring.cast(1, name=callee)
            async with wiring.opened_route(line, clock, channels=1, directory=directory) as route:
                await wiring.dialer(store, route, clock, watch=watch).call_once(contact_id)

        wiring.run(line, main, start)
    return seen[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sound", action="store_true", help="with speech both ways, on the simulated line")
    parser.add_argument("--language", action="append", choices=list(templates()))
    parser.add_argument("--callee", action="append")
    asked = parser.parse_args()
    people = [name for name, callee in ready_callees().items() if callee.answers is Answerer.PERSON]
    for language in asked.language or templates():
        recognizer = recognizer_for(language) if asked.sound else None
        listens = "typed words" if not asked.sound else recognizer.engine if recognizer else "keys only"
        print(f"{language}: {listens}")
        for campaign in templates()[language]:
            for callee in asked.callee or people:
                began = process_time()
                how = ended(language, campaign, callee, "simulated" if asked.sound else "text")
                print(f"  {campaign:12} {callee:30} {how:14} {process_time() - began:5.1f} s", flush=True)


if __name__ == "__main__":
    main()
