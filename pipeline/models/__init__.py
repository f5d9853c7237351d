from pipeline.models.announcement import Announcement
from pipeline.models.book import BookDraft, BookEdition
from pipeline.models.case import Case, CaseCounter, Transition
from pipeline.models.certificate import Certificate, CertificateEvent, Obligation
from pipeline.models.coaching import Plan, Step, Visit
from pipeline.models.diagnosis import Diagnosis, Gap
from pipeline.models.draft import Draft
from pipeline.models.evidence import Commitment, Document, DocumentVersion, Evidence, Upload, UploadPiece
from pipeline.models.figures import Explanation, FinancialYear, SourcedFigure
from pipeline.models.firm import Appointment, Contact, Firm, FirmMove, FormerName, Mandate
from pipeline.models.help import Booking, Difficulty, Hour
from pipeline.models.ledger import ExpenseLine, RdProject
from pipeline.models.membership import Claim, Invitation, Viewing
from pipeline.models.moving import MoveRefused
from pipeline.models.notice import Notice
from pipeline.models.people import Office, Seat, User
from pipeline.models.places import Division, Field, Industry
from pipeline.models.product import Conversion, ConversionProof, HitechProduct, ProductIncome, Tie
from pipeline.models.property import IntellectualProperty
from pipeline.models.review import Fault, Flag, Proposal
from pipeline.models.roster import Import, ImportRow
from pipeline.models.round import Application, Round
from pipeline.models.sme import SmeRegistration
from pipeline.models.staff import StaffMember, StaffMonth
from pipeline.models.trail import Heartbeat, TrailEntry, TrailSeal
from pipeline.models.trial import Trial, TrialSheet
from pipeline.models.workbook import AccountBook, AccountMapping, Workbook

__all__ = [
    "AccountBook",
    "AccountMapping",
    "Announcement",
    "Application",
    "Appointment",
    "BookDraft",
    "BookEdition",
    "Booking",
    "Case",
    "CaseCounter",
    "Certificate",
    "CertificateEvent",
    "Claim",
    "Commitment",
    "Contact",
    "Conversion",
    "ConversionProof",
    "Diagnosis",
    "Difficulty",
    "Division",
    "Document",
    "DocumentVersion",
    "Draft",
    "Evidence",
    "ExpenseLine",
    "Explanation",
    "Fault",
    "Field",
    "FinancialYear",
    "Firm",
    "FirmMove",
    "Flag",
    "FormerName",
    "Gap",
    "Heartbeat",
    "HitechProduct",
    "Hour",
    "Import",
    "ImportRow",
    "Industry",
    "IntellectualProperty",
    "Invitation",
    "Mandate",
    "MoveRefused",
    "Notice",
    "Obligation",
    "Office",
    "Plan",
    "ProductIncome",
    "Proposal",
    "RdProject",
    "Round",
    "Seat",
    "SmeRegistration",
    "SourcedFigure",
    "StaffMember",
    "StaffMonth",
    "Step",
    "Tie",
    "TrailEntry",
    "TrailSeal",
    "Transition",
    "Trial",
    "TrialSheet",
    "Upload",
    "UploadPiece",
    "User",
    "Viewing",
    "Visit",
    "Workbook",
]
