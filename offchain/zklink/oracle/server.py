"""The listening socket of the HTTP API."""

from __future__ import annotations

from aiohttp import web

SHUTDOWN_SECONDS = 2.0


class HttpServer:
    """Starts and stops one aiohttp application; port 0 takes a free one."""

    def __init__(self) -> None:
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self, app: web.Application, host: str, port: int) -> None:
        """Listen. Raises OSError when the address is taken."""
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        bound_host, bound_port = self._runner.addresses[0][:2]
        self.url = f"http://{bound_host}:{bound_port}"

    async def stop(self) -> None:
        """Finish running requests, close."""
        if self._runner is not None:
            await self._runner.cleanup()
