"""What firms and offices are told of windows, terms, updates, adjustments, objections and hand-overs."""

from django.utils.translation import gettext_noop as _

from pipeline.models import Notice

FIRM, COUNTY, CITY = Notice.FIRM, Notice.COUNTY, Notice.CITY

# kind -> the sides that are told, title, body; as in `notice.WORDS`
POOL_WORDS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "term.warn": (
        (FIRM, COUNTY),
        _("The term in the pool is ending"),
        _("%(firm)s, case %(number)s, is in the pool until %(due)s. Look at what can be applied for until then."),
    ),
    "case.extend_term": (
        (FIRM,),
        _("The term in the pool is extended"),
        _("%(firm)s stays in the pool until %(due)s: %(note)s"),
    ),
    "update.ask": (
        (FIRM,),
        _("Please confirm your record of this year"),
        _("Firms in the pool confirm their record every year. Look yours over and confirm it by %(due)s."),
    ),
    "update.remind": (
        (FIRM,),
        _("Your yearly update is due"),
        _("The record of %(firm)s is not confirmed yet. It is due by %(due)s; updates missed lead out of the pool."),
    ),
    "adjustment.propose": (
        (CITY,),
        _("The yearly adjustment waits for a head"),
        _("The adjustment of %(year)s lists %(count)s firms. A head accepts it or sends it back."),
    ),
    "merging.propose": (
        (CITY,),
        _("Two records wait to be merged"),
        _(
            "%(who)s holds %(gone)s and %(into)s for one firm. "
            "Another person of the city confirms it under data quality."
        ),
    ),
    "adjustment.accept": (
        (FIRM, COUNTY),
        _("A firm is proposed to leave the pool"),
        _("%(firm)s is listed in the yearly adjustment: %(note)s Objections are taken until the end of %(due)s."),
    ),
    "adjustment.keep": (
        (FIRM, COUNTY),
        _("A firm stays in the pool"),
        _("%(firm)s is taken off the list of the yearly adjustment: %(note)s"),
    ),
    "objection.take_in": (
        (COUNTY, CITY),
        _("An objection has come in"),
        _("A firm objects in case %(number)s of %(firm)s. It is to be examined; until it is decided nothing goes on."),
    ),
    "objection.answer": (
        (FIRM,),
        _("Your objection is decided"),
        _("What came of the objection concerning %(name)s: %(result)s. The reasons stand in the portal."),
    ),
    "objection.decide": (
        (COUNTY,),
        _("An objection is decided"),
        _("The objection concerning %(firm)s, case %(number)s: %(result)s. %(note)s"),
    ),
    "hand_over.move": (
        (COUNTY,),
        _("A firm has moved to your county"),
        _("%(firm)s, case %(number)s, comes to you. Look at what is open and take it over."),
    ),
}
