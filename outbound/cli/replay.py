"""`outbound call replay`: whether a call's record explains the call.

Decides nothing: the events of the call go to a fresh dialogue, and `outbound.call.replay` compares.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from outbound.call import Difference
from outbound.call import replay as replayed
from outbound.cli import output
from outbound.cli.stores import opened
from outbound.dialogue import Dialogue
from outbound.preparation import calendar_for, script_of


def replay(
    call_id: Annotated[int, typer.Argument(help="A call, by its id.", metavar="ID")],
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """Play a call again from its record, and say whether the robot would do exactly the same.

    The campaign is taken as it stood at that call, the contact as it stands now. Exits with 1 where something differs:
    the contact was changed since, or the program behaves differently now.

    Example: outbound call replay 17
    """
    with opened(db) as store:
        call = store.call(call_id)
        kept = store.call_log(call_id)
        contact = store.contact(call.contact_id)
    script = script_of(kept.source, contact)
    calendar = calendar_for(kept.source, kept.terms, contact)
    differences = replayed(kept.events, Dialogue(script, calendar))
    if json:
        output.emit_json(
            {
                "call_id": call_id,
                "campaign": call.campaign,
                "version": call.version,
                "events": len(kept.events),
                "same": not differences,
                "differences": differences,
            }
        )
    elif differences:
        for difference in differences:
            _show(difference)
        output.note(f"call {call_id} goes differently now: {len(differences)} of {len(kept.events)} events.")
    else:
        made_under = f"version {call.version} of {call.campaign}"
        output.out.print(f"call {call_id}, {made_under}: all {len(kept.events)} events bring the same actions.")
    if differences:
        raise typer.Exit(1)


def _show(difference: Difference) -> None:
    output.out.print(f"after {difference.at:.1f} s", style="bold")
    for who, actions in (("then", difference.recorded), ("now", difference.replayed)):
        for action in actions:
            output.out.print(f"  {who:<4}  {_told(action)}", markup=False, soft_wrap=True)
        if not actions:
            output.out.print(f"  {who:<4}  nothing", style="dim")


def _told(action: Mapping[str, Any]) -> str:
    facts = ", ".join(f"{name}={value!r}" for name, value in action.items() if name != "kind")
    return f"{action['kind']}  {facts}"
