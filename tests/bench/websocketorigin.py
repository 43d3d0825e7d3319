#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A backend that says 200 to a plain request, and speaks WebSocket to one that asks for it: what comes goes back.

Usage: websocketorigin.py PORT
"""

import asyncio
import sys

SMALL = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
SWITCHING = (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")


async def serve(reader, writer):
    try:
        while b"upgrade: websocket" not in (await reader.readuntil(b"\r\n\r\n")).lower():
            writer.write(SMALL)
        writer.write(SWITCHING)
        while received := await reader.read(4096):
            writer.write(received)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main(port):
    server = await asyncio.start_server(serve, "127.0.0.1", port, backlog=4096)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
