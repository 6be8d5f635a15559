"""What `keyreel up` writes to its log."""

from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
import logging, structlog
from keyreel.cli.logs import configure_logs
configure_logs()
for number in range(1000):
    structlog.get_logger().warning("flood", number=number)
    logging.getLogger("asyncio").error("accept failed\\nsocket: %d", number)
structlog.get_logger().info("task settled", task="t1")
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("asyncio").exception("Task exception was never retrieved")
"""


def test_libraries_write_json_lines_too_and_no_flood_gets_through() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines].count("flood") == 30
    accepting = [line for line in lines if line["event"].startswith("accept failed")]
    assert len(accepting) == 30
    assert accepting[-1]["more"] == "counted"
    assert lines[-2]["event"] == "task settled"
    assert "ZeroDivisionError" in lines[-1]["exception"]


def test_lines_below_the_level_are_not_written() -> None:
    program = PROGRAM.replace("configure_logs()", "configure_logs(LogLevel.ERROR)")
    program = f"from keyreel.settings.operations import LogLevel{program}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert {json.loads(line)["level"] for line in done.stderr.splitlines()} == {"error"}
