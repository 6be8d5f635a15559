"""Checks of what an installation keeps: its files, its books, its secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.cli.doctor.findings import make_failed, make_passed

if TYPE_CHECKING:
    from keyreel.cli.doctor.findings import DoctorCheck
    from keyreel.settings import Settings


def check_files(settings: Settings) -> DoctorCheck:
    """Check that every task has its files, and no other is there."""
    from keyreel.cli.local.stored_files import describe_problems
    from keyreel.errors import KeyreelError

    name = "stored files"
    try:
        problems = describe_problems(settings)
    except KeyreelError as error:
        return make_failed(name, error.message)
    if problems:
        return make_failed(name, "; ".join(problems))
    return make_passed(name, "every task has its files, and there are no leftovers")


def check_object_store(settings: Settings) -> DoctorCheck:
    """Check that the object store stores and returns files."""
    from keyreel.cli.local.storage import open_presigned_links, open_storage
    from keyreel.clock import SystemClock

    name = "object store"
    if not settings.storage:
        return make_passed(name, "none: files are in the data folder")
    open_presigned_links(settings)
    # A server that starts passes over a store that is away for now; here that is what is wrong.
    open_storage(settings, SystemClock()).probe()
    return make_passed(name, f"{settings.storage} stores and returns files; links are {settings.links}")


def check_stored_bytes(settings: Settings) -> DoctorCheck:
    """Compare what counts for tenants with what is there."""
    from keyreel.cli.local.stored_files import compare_stored_bytes
    from keyreel.errors import KeyreelError

    name = "stored bytes"
    try:
        detail, problem = compare_stored_bytes(settings)
    except KeyreelError as error:
        return make_failed(name, error.message)
    return make_failed(name, f"{detail}; {problem}") if problem else make_passed(name, detail)


def check_audit_log(settings: Settings) -> DoctorCheck:
    """Check that the audit log is whole."""
    from contextlib import closing

    from keyreel.cli.local.task_store import locate_database
    from keyreel.errors import KeyreelError
    from keyreel.tasks.audit.reading import check_chain

    name = "audit log"
    if not locate_database(settings).exists():
        return make_passed(name, "none yet")
    try:
        with closing(locate_database(settings).open_read_only()) as database:
            found = check_chain(database)
    except KeyreelError as error:
        return make_failed(name, error.message)
    if not found.is_whole:
        return make_failed(name, found.problems[0])
    return make_passed(name, f"intact: {found.entries} entries, the newest is {found.head[:12] or 'none'}")


def check_secrets(settings: Settings) -> DoctorCheck:
    """Check that the secrets can be read."""
    from keyreel.cli.local.data_folder import DataFolder
    from keyreel.cli.local.installation_secrets import (
        ADMIN_TOKEN,
        LINK_KEY,
        OWN_KEY,
        WEBHOOK_KEY,
        read_secrets,
        read_token,
    )
    from keyreel.storage.signed_urls import load_or_create_secret
    from keyreel.tasks.clocks.dev_clock import read_offset

    folder = DataFolder(settings.data)
    if folder.path.exists():
        folder.check_kinds()
    with read_secrets(settings) as secrets:
        for name in (OWN_KEY, ADMIN_TOKEN):
            read_token(secrets, name)
        for name in (LINK_KEY, WEBHOOK_KEY):
            if secrets.read(name) is not None:
                load_or_create_secret(secrets, name)
    read_offset(folder.path)
    where = "encrypted in the database" if settings.secret.get_secret_value() else "files in the data folder"
    return make_passed("secrets", f"all in order, {where}" if folder.path.exists() else "none yet")


def check_certificates(settings: Settings) -> DoctorCheck:
    """Check that videos can be signed."""
    from keyreel.cli.local.installation_secrets import read_secrets
    from keyreel.clock import SystemClock
    from keyreel.provenance.signing_certificates import inspect_credentials

    now = SystemClock().now()
    with read_secrets(settings) as secrets:
        detail = inspect_credentials(secrets, settings.c2pa_cert, settings.c2pa_key, now=now)
    return make_passed("certificates", detail)
