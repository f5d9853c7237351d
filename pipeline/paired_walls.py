"""What takes two people in the database, too: merging two records, carrying out what the registry tells of them."""

SEES_ALL = "(select mp_sees_city())"
ME = "(select mp_user())"
OF_OFFICE = f"({SEES_ALL} or office_id in (select mp_offices()))"

# table -> conditions that are put in place of those, or besides those, that follow from the register
PAIRED: dict[str, dict[str, str]] = {
    "pipeline_mergeproposal": {
        "select": OF_OFFICE,
        "add": f"({SEES_ALL} and proposed_by_id = {ME} and state = 'waiting')",
        "write": f"({SEES_ALL} and state = 'waiting')",
        "check": f"({SEES_ALL} and decided_by_id = {ME} and state in ('done', 'dropped'))",
        "remove": "false",
    },
    "pipeline_mergedrecord": {
        "add": (
            f"({SEES_ALL} and by_id = {ME} and exists (select from pipeline_mergeproposal p"
            " where p.id = pipeline_mergedrecord.proposal_id and p.state = 'done' and p.decided_by_id = by_id"
            " and p.gone_id = pipeline_mergedrecord.firm_id and p.into_id = pipeline_mergedrecord.into_id))"
        ),
        "write": SEES_ALL,
        "remove": "false",
    },
    "pipeline_registryevent": {
        "select": OF_OFFICE,
        "add": f"({OF_OFFICE} and state = 'waiting' and proposed_by_id is null)",
        "write": f"({OF_OFFICE} and state = 'waiting')",
        "check": (
            f"({OF_OFFICE} and (state = 'waiting' or (settled_by_id = {ME}"
            " and (state = 'left' or kind = 'renamed' or proposed_by_id <> settled_by_id))))"
        ),
        "remove": OF_OFFICE,
    },
}
# the only columns that change: what was put forward stays as it was written
CHANGING = {
    "pipeline_mergeproposal": "state, decided_by_id, decided_on",
    "pipeline_registryevent": "state, note, proposed_by_id, proposed_on, settled_by_id, settled_on",
}
