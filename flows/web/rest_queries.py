"""What may be asked in the query string of REST. A name that is not known is refused."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from flows.web.rest_fields import Day, Line, SequenceInQuery
from schema.acts import ActKind
from schema.changes import ChangeKind, FieldClass
from schema.impact import Priority
from schema.review import Action
from schema.review_query import ItemGroup, ItemQuery, ItemSort


class Asked(BaseModel):
    """What all query strings have in common: nothing unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AskedItems(Asked):
    """Changes that match all that is asked. `text` is a beginning of the code, or words of the title."""

    text: Line = ""
    kind: list[ChangeKind] = []
    priority: list[Priority] = []
    field_class: list[FieldClass] = []
    action: list[Action] = []
    is_open: bool | None = None
    is_in_use: bool | None = None
    is_decided: bool | None = None
    owner: Line = ""
    sort: ItemSort = ItemSort.PRIORITY
    is_descending: bool = False
    group: ItemGroup | None = None
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    page_size: Annotated[int, Field(ge=1, le=500)] = 50

    @property
    def query(self) -> ItemQuery:
        """As the store takes it."""
        return ItemQuery(
            text=self.text,
            kinds=tuple(self.kind),
            priorities=tuple(self.priority),
            classes=tuple(self.field_class),
            actions=tuple(self.action),
            is_open=self.is_open,
            is_in_use=self.is_in_use,
            is_decided=self.is_decided,
            owner=self.owner,
            sort=self.sort,
            is_descending=self.is_descending,
            group=self.group,
            page=self.page,
            page_size=self.page_size,
        )


class AskedTasks(Asked):
    """Tasks that match all that is asked; of several owners any."""

    owner: Annotated[list[Line], Field(max_length=50)] = []
    is_done: bool | None = None
    due_before: Day | None = None


class AskedActs(Asked):
    """Acts that match all that is asked, with `after` < sequence < `before`."""

    review: Line = ""
    subject: Line = ""
    actor: Line = ""
    kind: list[ActKind] = []
    after: SequenceInQuery = 0
    before: SequenceInQuery | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 200
    is_newest_first: bool = True
