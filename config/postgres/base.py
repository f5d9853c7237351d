"""Django's PostgreSQL backend, declaring the scope at the start of every outermost transaction.

The setting is local to the transaction: a pooled connection carries nothing over, and a statement outside a
transaction sees no firm-owned row.
"""

from typing import Any

from django.db.backends.postgresql import base
from django.db.utils import OperationalError
from django.utils.functional import cached_property
from psycopg.pq import TransactionStatus

from config.postgres.scope import REQUEST, SCOPE

OLDEST_SUPPORTED = 160_000


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.recalled: dict[str, Any] = {}  # what this transaction has read and need not read again

    @cached_property
    def pg_version(self) -> int:
        """The server's version; where none is named, the oldest that is supported, so that checks need no database."""
        return super().pg_version if self.settings_dict["NAME"] else OLDEST_SUPPORTED

    def get_connection_params(self) -> dict[str, Any]:
        if not self.settings_dict["NAME"]:
            raise OperationalError(
                "DATABASE_URL is not set. Set it to postgres://web:PASSWORD@HOST:PORT/NAME,"
                " or start everything with ./dev demo."
            )
        return super().get_connection_params()

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]  # not in the stubs
        if not autocommit:
            self.recalled = {}
            self.declare_scope()

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]  # not in the stubs
        self.recalled = {}  # it may hold what is undone

    def declare_scope(self) -> None:
        if self.connection.info.transaction_status == TransactionStatus.INERROR:
            return  # or the error on its way would be hidden by ours
        with self.connection.cursor() as cursor:
            cursor.execute(
                "select set_config('app.scope', %s, true), set_config('app.request', %s, true)",
                [SCOPE.get(), REQUEST.get()],
            )
