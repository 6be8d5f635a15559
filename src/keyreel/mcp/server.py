"""A server of the Model Context Protocol over one client of a Keyreel server. It knows no transport."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import jsonschema_rs
from mcp import types
from mcp.server.lowlevel.server import Server

import keyreel
from keyreel.errors import KeyreelError
from keyreel.mcp.results import answer_problem
from keyreel.mcp.tools import ToolCall, build_tools

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

    from keyreel.client import AsyncClient
    from keyreel.mcp.tools import ToolEntry
    from keyreel.wire.dialects.dialect import Report

_NAME: Final = "keyreel"
_INSTRUCTIONS: Final = (
    "Makes videos. The generate_… tools wait for the video and return a link to it and its cover. With "
    "wait=false they return a task at once; use get_task and wait_for_task to follow it. Videos cost "
    "credits: quote returns the price."
)

_CHECKED_FIELDS: Final = frozenset({"model", "wait", "timeout_seconds", "task_id", "state", "limit"})


class ToolServer:
    """The tools of one client; for images that are files on this machine only where `takes_files` says so."""

    def __init__(self, client: AsyncClient, *, takes_files: bool) -> None:
        self._client = client
        self._takes_files = takes_files
        self._tools = {each.name: each for each in build_tools(takes_files=takes_files)}

    def build(self) -> Server[Any]:
        """Return it as the `mcp` package serves it, over any transport."""
        return Server(
            _NAME,
            version=keyreel.__version__,
            instructions=_INSTRUCTIONS,
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
        )

    async def _list_tools(
        self, context: ServerRequestContext[Any], params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        del context, params
        return types.ListToolsResult(tools=[_describe_tool(each) for each in self._tools.values()])

    async def _call_tool(
        self, context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        tool = self._tools.get(params.name)
        if tool is None:
            return answer_problem(f"There is no tool {params.name[:64]!r}.")
        arguments = params.arguments or {}
        problem = _find_problem(tool, arguments)
        if problem:
            return answer_problem(problem)
        reports: asyncio.Queue[Report] = asyncio.Queue()
        call = ToolCall(self._client, arguments, reports.put_nowait, self._takes_files)
        telling = asyncio.ensure_future(_tell_progress(context, reports))
        try:
            return await tool.run(call)
        except KeyreelError as error:
            task = f" (task {error.task_id})" if error.task_id else ""
            return answer_problem(f"{error.message}{task}")
        except OSError as error:  # a file that was named and cannot be read
            return answer_problem(f"{error.filename or 'file'}: {error.strerror}.")
        finally:
            telling.cancel()


async def _tell_progress(context: ServerRequestContext[Any], reports: asyncio.Queue[Report]) -> None:
    """Pass reports on, as far as the client wants to hear of them."""
    while True:
        report = await reports.get()
        await context.session.report_progress(report.progress, 1.0, report.state.value)


def _find_problem(tool: ToolEntry, arguments: dict[str, Any]) -> str:
    """Return the first rule of a tool's schema that arguments break; empty for none.

    What the schema says of fields of requests, the server checks by the model's own limits, in better words.
    """
    required = [name for name in tool.schema["required"] if name not in arguments]
    if required:
        return f"{required[0]}: is required."
    unknown = [name for name in arguments if name not in tool.schema["properties"]]
    if unknown:
        return f"{unknown[0][:64]}: {tool.name} has no such argument."
    known = {name: each for name, each in tool.schema["properties"].items() if name in _CHECKED_FIELDS}
    for name, schema in known.items():
        if name in arguments and not jsonschema_rs.is_valid(schema, arguments[name]):
            return f"{name}: got {str(arguments[name])[:64]!r}; must match the tool's schema."
    return ""


def _describe_tool(tool: ToolEntry) -> types.Tool:
    hints = types.ToolAnnotations(
        read_only_hint=not tool.changes, destructive_hint=tool.name == "cancel_task", open_world_hint=False
    )
    return types.Tool(
        name=tool.name, description=tool.description, input_schema=tool.schema, annotations=hints
    )
