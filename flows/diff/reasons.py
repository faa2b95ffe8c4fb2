"""Known reasons why a computed change and the publisher's list disagree.

Each is a fact found in the data, never a guess; a difference without one of them has no reason.
Real cases of each: docs/reconciliation.md.
"""

from __future__ import annotations

OTHER_BASE_FILE = "other_base_file"
IN_YEAR_CODE = "in_year_code"
IN_YEAR_CHANGE = "in_year_change"
REISSUED_FILE = "reissued_file"
REDEFINED_CODE = "redefined_code"
WHITE_SPACE_ONLY = "white_space_only"
LONG_TITLES_ONLY = "long_titles_only"
CORRECTION = "correction"
RETROACTIVE_END = "retroactive_end"
SCHEDULED_END = "scheduled_end"
UNANNOUNCED_CHANGE = "unannounced_change"
NO_LIST = "no_list"
LIST_ERROR = "list_error"

EXPLANATIONS: dict[str, str] = {
    OTHER_BASE_FILE: "the list was made against another file than the previous release",
    IN_YEAR_CODE: "its first or last day lies before the list's own period, so the list counts the code as known",
    IN_YEAR_CHANGE: "the record says that it changed between the two releases, before the list's own period",
    REISSUED_FILE: "the previous file was re-issued after its date and holds the change already",
    REDEFINED_CODE: "the number is in both releases, with another added date: it came back with another meaning",
    WHITE_SPACE_ONLY: "only white space differs",
    LONG_TITLES_ONLY: "the list has long titles alone, and only the short title changed",
    CORRECTION: "a correction list of the publisher names the code",
    RETROACTIVE_END: "the last day was set afterwards, to one before the previous release took effect",
    SCHEDULED_END: "the list announces an end that lies after the release's effective date; the code is still valid",
    UNANNOUNCED_CHANGE: "the two files differ, and neither the list nor the record's own action code announces it",
    NO_LIST: "the publisher sent no change list with this release",
    LIST_ERROR: "the list contradicts itself",
}
"""What each reason means, for people."""
