from django.urls import URLPattern, path

import config.addresses  # noqa: F401  # registers credit_code and case_number
from pipeline.desk import (
    application,
    batch,
    case,
    case_moves,
    certificate,
    coaching,
    diagnosis,
    document,
    firm,
    funnel,
    notice,
    queue,
    roster,
    round,
    screening,
    search,
)

app_name = "desk"


urlpatterns: list[URLPattern] = [
    path("", queue.queue, name="queue"),
    path("batch", batch.batch, name="batch"),
    path("find", search.palette, name="palette"),
    path("messages", notice.messages, name="messages"),
    path("cases/<case_number:number>/", case.case, name="case"),
    path("cases/<case_number:number>/do/<slug:slug>", case_moves.move, name="case_move"),
    path("cases/<case_number:number>/application/<slug:slug>", application.move, name="application_move"),
    path("firms/<credit_code:uscc>/", firm.firm, name="firm"),
    path("firms/<credit_code:uscc>/lead", firm.lead, name="firm_lead"),
    path("firms/<credit_code:uscc>/county", firm.county, name="firm_county"),
    path("firms/<credit_code:uscc>/identity", firm.verify, name="firm_verify"),
    path("screening/", screening.screening, name="screening"),
    path("firms/<credit_code:uscc>/diagnosis/", diagnosis.diagnosis, name="diagnosis"),
    path("firms/<credit_code:uscc>/diagnosis/anew", diagnosis.diagnose, name="diagnose"),
    path("firms/<credit_code:uscc>/diagnosis/<str:day>/", diagnosis.diagnosis, name="diagnosis"),
    path("coaching/", coaching.coaching, name="coaching"),
    path("cases/<case_number:number>/plan/", coaching.plan, name="plan"),
    path("cases/<case_number:number>/plan/draw", coaching.draw_plan, name="draw_plan"),
    path("cases/<case_number:number>/plan/<int:position>/accept", coaching.accept_step, name="accept_step"),
    path("cases/<case_number:number>/plan/<int:position>/reopen", coaching.reopen_step, name="reopen_step"),
    path("cases/<case_number:number>/plan/visits", coaching.record_visit, name="record_visit"),
    path("cases/<case_number:number>/plan/coach", coaching.appoint, name="appoint"),
    path("funnel/", funnel.funnel, name="funnel"),
    path("funnel/firms/", funnel.funnel_firms, name="funnel_firms"),
    path("applications/", round.applications, name="applications"),
    path("rounds/", round.rounds, name="rounds"),
    path("certificates/", certificate.certificates, name="certificates"),
    path("obligations/", certificate.obligations, name="obligations"),
    path("firms/<credit_code:uscc>/certificate", certificate.certificate_issue, name="certificate_issue"),
    path(
        "certificates/<str:number>/<slug:kind>/<int:year>/done", certificate.obligation_fulfil, name="obligation_fulfil"
    ),
    path("documents/<uuid:paper>/<int:version>", document.document, name="document"),
    path("rosters/", roster.rosters, name="rosters"),
    path("rosters/template", roster.template, name="roster_template"),
    path("rosters/<uuid:public_id>/", roster.roster, name="roster"),
    path("rosters/<uuid:public_id>/progress", roster.progress, name="roster_progress"),
    path("rosters/<uuid:public_id>/confirm", roster.confirm, name="roster_confirm"),
    path("rosters/<uuid:public_id>/cancel", roster.cancel, name="roster_cancel"),
    path("rosters/<uuid:public_id>/marked", roster.marked, name="roster_marked"),
]
