"""A process whose SIP stack dies under an answered call; prints the two end causes and what is still in use."""

from __future__ import annotations

import asyncio

from outbound.lines.base import Channel, Frame, Signal
from tests.outbound.lines.sip.calls import NUMBER, follow, line_to, order
from tests.outbound.lines.sip.second_agent import second_agent


def stop_the_stack(signal: Signal, channel: Channel) -> None:
    """Ends the stack's own loop from under the runtime."""
    from baresip._native import ffi, lib

    if isinstance(signal, Frame):
        lib.bp_cmd(lib.BP_CMD_STOP, 0, ffi.NULL)


async def main() -> None:
    async with second_agent(NUMBER) as callee, line_to(callee.port) as line:
        print((await follow(await line.dial(order()), stop_the_stack)).end.cause)
        print((await follow(await line.dial(order()))).end.cause)
        print(line.in_use)


if __name__ == "__main__":
    asyncio.run(main())
