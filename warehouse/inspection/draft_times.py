"""The times of a draft: from which columns, in which form, and what is not sure."""

from collections.abc import Sequence

from warehouse.inspection.field import MARKED, Field, gap
from warehouse.inspection.sample import Group, Moment


def time_of(group: Group) -> Field:
    """When a message was written."""
    if group.moment is None:
        return gap(
            "created_at",
            {"from": "KOLOM", "datetime": {"formats": ["%d-%m-%Y %H:%M"], "tz": "Europe/Amsterdam"}},
        )
    return Field("created_at", time_spec([group.moment]), _time_remarks(group.moment))


def time_spec(moments: Sequence[Moment]) -> dict[str, object]:
    """Where a time comes from and how it is written; of several moments the first that there is."""
    names = [name for moment in moments for name in moment.columns]
    formats = list(dict.fromkeys(name for moment in moments for name in moment.times.formats))
    zone = next((moment.times.zone for moment in moments if moment.times.zone), None)
    spec: dict[str, object] = {"from": names[0] if len(names) == 1 else names}
    if moments[0].join is not None and len(moments) == 1:
        spec["join"] = moments[0].join
    if formats == ["iso"] and zone is None:
        return {**spec, "datetime": "iso"}
    return {**spec, "datetime": {"formats": formats, **({"tz": zone} if zone else {})}}


def _time_remarks(moment: Moment) -> tuple[str, ...]:
    times = moment.times
    named = " en ".join(f"'{name}'" for name in moment.columns)
    remarks = [f"{named}: {times.share:.1%} van de waarden is zo te lezen"]
    if times.evidence:
        remarks.append(times.evidence)
    if times.doubt:
        remarks.append(f"{MARKED} {times.doubt}")
    if times.zone:
        remarks.append(f"{MARKED} de tijd heeft geen zone; {times.zone} is aangenomen")
    if not times.clock:
        remarks.append(f"{MARKED} alleen een dag, geen tijd")
    return tuple(remarks)
