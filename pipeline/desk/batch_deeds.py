"""The acts a list offers for many cases at once, each with what it asks."""

from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import tag
from pipeline.acts.bulk_kinds import KINDS
from pipeline.acts.case import LONGEST_MESSAGE
from pipeline.desk.case_moves import DEEDS as OF_ONE
from pipeline.desk.moving import Deed, MoveForm
from pipeline.fields import day_field, offer, offer_rows
from pipeline.models import Event, Tag, User
from pipeline.models.people import TODAY, own_offices

FIRST = ("assign", "invite", "forward", "propose-publication", "publish", "admit")
MOVES = ("mark-ready", "return-from-county", "return-from-city", "send-back", "drop-lead", "remind")


class TellForm(MoveForm):
    note = forms.CharField(
        label=gettext_lazy("What each firm reads"), max_length=LONGEST_MESSAGE, widget=forms.Textarea({"rows": 5})
    )


class TagForm(MoveForm):
    name = forms.CharField(
        label=gettext_lazy("Tag"), max_length=tag.LONGEST, help_text=gettext_lazy("One that is there, or a new word.")
    )


class UntagForm(MoveForm):
    name = forms.ChoiceField(label=gettext_lazy("Tag"))

    def prepare(self) -> None:
        names = Tag.objects.filter(office__in=own_offices(self.request.user)).order_by("name")
        offer(self, "name", [(each, each) for each in names.values_list("name", flat=True)])


class TrainForm(MoveForm):
    training = forms.ModelChoiceField(
        Event.objects.none(), empty_label="—", label=gettext_lazy("Training"),
        help_text=gettext_lazy("One your office has announced. Firms that are invited already are left out."),
    )  # fmt: skip

    def prepare(self) -> None:
        own = Event.objects.filter(office__in=own_offices(self.request.user)).to_come(self.request.today)
        offer_rows(self, "training", own.order_by("on", "pk"))


class AppointForm(MoveForm):
    coach = forms.ModelChoiceField(User.objects.none(), empty_label="—", label=gettext_lazy("Coach"))
    until = day_field(gettext_lazy("Until"))

    def prepare(self) -> None:
        coaches = User.objects.filter(is_active=True, all_seats__kind="coach", all_seats__during__contains=TODAY)
        offer_rows(self, "coach", coaches.distinct().order_by("name"))

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until <= self.request.today:
            raise forms.ValidationError(_("The last day lies after today."))
        return until


def _of_many(slug: str, form: type[MoveForm], says: object) -> Deed:
    kind = KINDS[slug]
    return Deed(slug, kind.act, kind.do, form, says, kind.legal)


DEEDS = {
    **{slug: OF_ONE[slug] for slug in (*FIRST, *MOVES)},
    "tell": _of_many("tell", TellForm, gettext_lazy("Write to the firms")),
    "tag": _of_many("tag", TagForm, gettext_lazy("Tag")),
    "untag": _of_many("untag", UntagForm, gettext_lazy("Take a tag off")),
    "train": _of_many("train", TrainForm, gettext_lazy("Invite to a training")),
    "appoint": _of_many("appoint", AppointForm, gettext_lazy("Appoint a coach")),
}


def offered(person: User) -> tuple[list[Deed], list[Deed]]:
    """What the person's seats grant: what stands in the bar, and what in its menu."""
    granted = [deed for deed in DEEDS.values() if access.may(person, deed.act)]
    return [deed for deed in granted if deed.slug in FIRST], [deed for deed in granted if deed.slug not in FIRST]
