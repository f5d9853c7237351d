"""Who sees and writes what of experts and their panels: the city all, an expert their own task while it is open."""

SEES_ALL = "(select mp_sees_city())"
OWN = "user_id = (select mp_user())"
REVIEWED = "panel_id in (select mp_reviewing())"
MY_SHEET = f"({OWN} and {REVIEWED})"

# table -> the conditions of its policies, as `walls.policies` takes them
PANEL_POLICIES: dict[str, dict[str, str]] = {
    "pipeline_expert": {
        "select": f"({SEES_ALL} or {OWN})",
        "write": f"({SEES_ALL} or ({OWN} and (select mp_holds('expert'))))",
        "remove": "false",
    },
    "pipeline_panel": {
        "select": f"({SEES_ALL} or id in (select mp_tasks()))",
        "write": SEES_ALL,
        "remove": "false",
    },
    "pipeline_panelfile": {"select": f"({SEES_ALL} or {REVIEWED})", "write": SEES_ALL, "remove": "false"},
    "pipeline_panelmember": {
        "select": f"({SEES_ALL} or {OWN})",
        "add": SEES_ALL,
        "write": f"({SEES_ALL} or ({OWN} and recused_on is null and done_at is null))",
        "check": f"({SEES_ALL} or {OWN})",
        "remove": "false",
    },
    # nobody fills in another's sheet, the city neither
    "pipeline_scoresheet": {
        "select": f"({SEES_ALL} or {MY_SHEET} or panel_id in (select mp_chairing()))",
        "add": f"({MY_SHEET} and submitted_at is null)",
        "write": f"({MY_SHEET} and submitted_at is null)",
        "check": MY_SHEET,
        "remove": "false",
    },
}
READ_BY_OWNER = ("pipeline_panel", "pipeline_panelmember")  # by the functions that answer what an expert reviews
