from pipeline.models.book import BookDraft, BookEdition
from pipeline.models.case import Case, CaseCounter, Transition
from pipeline.models.certificate import Certificate, CertificateEvent, Obligation
from pipeline.models.coaching import Plan, Step, Visit
from pipeline.models.diagnosis import Diagnosis, Gap
from pipeline.models.evidence import Document, DocumentVersion, Evidence
from pipeline.models.figures import FinancialYear
from pipeline.models.firm import Appointment, Contact, Firm, FirmMove, FormerName
from pipeline.models.moving import MoveRefused
from pipeline.models.notice import Notice
from pipeline.models.people import Office, Seat, User
from pipeline.models.places import Division, Field, Industry
from pipeline.models.property import IntellectualProperty
from pipeline.models.review import Fault, Flag, Proposal
from pipeline.models.roster import Import, ImportRow
from pipeline.models.round import Application, Round
from pipeline.models.trail import Heartbeat, TrailEntry, TrailSeal
from pipeline.models.trial import Trial, TrialSheet

__all__ = [
    "Application",
    "Appointment",
    "BookDraft",
    "BookEdition",
    "Case",
    "CaseCounter",
    "Certificate",
    "CertificateEvent",
    "Contact",
    "Diagnosis",
    "Division",
    "Document",
    "DocumentVersion",
    "Evidence",
    "Fault",
    "Field",
    "FinancialYear",
    "Firm",
    "FirmMove",
    "Flag",
    "FormerName",
    "Gap",
    "Heartbeat",
    "Import",
    "ImportRow",
    "Industry",
    "IntellectualProperty",
    "MoveRefused",
    "Notice",
    "Obligation",
    "Office",
    "Plan",
    "Proposal",
    "Round",
    "Seat",
    "Step",
    "TrailEntry",
    "TrailSeal",
    "Transition",
    "Trial",
    "TrialSheet",
    "User",
    "Visit",
]
