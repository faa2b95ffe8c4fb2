"""Triggers of migration 0002: what keeps the log of acts append-only."""

from __future__ import annotations

REFUSAL = "the log of acts is append-only"

# In SQLite a row can be replaced by an insert that fires no trigger of removal, so inserts are looked at too.
SQLITE_TRIGGERS = (
    f"CREATE TRIGGER act_is_not_changed BEFORE UPDATE ON act BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER act_is_not_removed BEFORE DELETE ON act BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    "CREATE TRIGGER act_is_not_replaced BEFORE INSERT ON act "
    "WHEN EXISTS (SELECT 1 FROM act WHERE sequence = NEW.sequence) "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
)
POSTGRESQL_TRIGGERS = (
    "CREATE FUNCTION refuse_to_change_acts() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
    "CREATE TRIGGER act_is_not_changed BEFORE UPDATE OR DELETE ON act "
    "FOR EACH ROW EXECUTE FUNCTION refuse_to_change_acts()",
    "CREATE TRIGGER act_is_not_emptied BEFORE TRUNCATE ON act "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_acts()",
)
