from pipeline.models.announcement import Announcement
from pipeline.models.book import BookDraft, BookEdition
from pipeline.models.bulk import Bulk, BulkRow
from pipeline.models.calendar import YearNotice
from pipeline.models.call import Call
from pipeline.models.case import Case, CaseCounter, Transition
from pipeline.models.certificate import Certificate, CertificateEvent, Obligation
from pipeline.models.coaching import Plan, Step, Visit
from pipeline.models.diagnosis import Diagnosis, Gap
from pipeline.models.draft import Draft
from pipeline.models.event import Attendance, Event
from pipeline.models.evidence import Commitment, Document, DocumentVersion, Evidence, Upload, UploadPiece
from pipeline.models.expert import Expert
from pipeline.models.export import Export
from pipeline.models.figures import Explanation, FinancialYear, SourcedFigure
from pipeline.models.filing import Auditor, Bundle, Statement
from pipeline.models.firm import Appointment, Contact, Firm, FirmMove, Mandate
from pipeline.models.former_name import FormerName
from pipeline.models.handover import HandOver
from pipeline.models.help import Booking, Difficulty, Hour
from pipeline.models.intake import Window
from pipeline.models.ledger import ExpenseLine, RdProject
from pipeline.models.listing import SavedView
from pipeline.models.membership import Claim, Invitation, Showing, Viewing
from pipeline.models.merging import MergedRecord, MergeProposal
from pipeline.models.moving import MoveRefused
from pipeline.models.note import Note
from pipeline.models.notice import Notice
from pipeline.models.objection import Objection, OwnObjection
from pipeline.models.panel import Panel, PanelFile, PanelMember, ScoreSheet
from pipeline.models.people import Absence, Delegation, Office, Seat, User
from pipeline.models.phrase import Phrase
from pipeline.models.places import Division, Field, Industry
from pipeline.models.pool_part import PoolPart
from pipeline.models.presence import Presence
from pipeline.models.product import Conversion, ConversionProof, HitechProduct, ProductIncome, Tie
from pipeline.models.property import IntellectualProperty
from pipeline.models.quality import Hit, Looked, Trait
from pipeline.models.recommendation import CountyCheck, Listed, ProvinceList, Supplement
from pipeline.models.registry import RegistryEvent, RegistryExtract
from pipeline.models.result import Result, ResultList
from pipeline.models.review import Acceptance, Fault, FaultDraft, Flag, Proposal
from pipeline.models.roster import Import, ImportRow
from pipeline.models.round import Application, Round
from pipeline.models.round_plan import Placement, Quota, RoundReminder
from pipeline.models.routing import Assignment, Escalation, RoutingRule
from pipeline.models.seating import SeatRequest
from pipeline.models.sme import SmeCheck, SmeEvent, SmePublicity, SmeRegistration
from pipeline.models.staff import StaffMember, StaffMonth
from pipeline.models.staying import Adjustment, AnnualUpdate, Leaver
from pipeline.models.step_template import StepTemplate
from pipeline.models.tag import Tag, Tagging
from pipeline.models.telling import Delivery, Pace, PhoneProof, Telling
from pipeline.models.trail import Heartbeat, TrailEntry, TrailSeal
from pipeline.models.trial import Trial, TrialSheet
from pipeline.models.workbook import AccountBook, AccountMapping, Workbook

__all__ = [
    "Absence",
    "Acceptance",
    "AccountBook",
    "AccountMapping",
    "Adjustment",
    "Announcement",
    "AnnualUpdate",
    "Application",
    "Appointment",
    "Assignment",
    "Attendance",
    "Auditor",
    "BookDraft",
    "BookEdition",
    "Booking",
    "Bulk",
    "BulkRow",
    "Bundle",
    "Call",
    "Case",
    "CaseCounter",
    "Certificate",
    "CertificateEvent",
    "Claim",
    "Commitment",
    "Contact",
    "Conversion",
    "ConversionProof",
    "CountyCheck",
    "Delegation",
    "Delivery",
    "Diagnosis",
    "Difficulty",
    "Division",
    "Document",
    "DocumentVersion",
    "Draft",
    "Escalation",
    "Event",
    "Evidence",
    "ExpenseLine",
    "Expert",
    "Explanation",
    "Export",
    "Fault",
    "FaultDraft",
    "Field",
    "FinancialYear",
    "Firm",
    "FirmMove",
    "Flag",
    "FormerName",
    "Gap",
    "HandOver",
    "Heartbeat",
    "Hit",
    "HitechProduct",
    "Hour",
    "Import",
    "ImportRow",
    "Industry",
    "IntellectualProperty",
    "Invitation",
    "Leaver",
    "Listed",
    "Looked",
    "Mandate",
    "MergeProposal",
    "MergedRecord",
    "MoveRefused",
    "Note",
    "Notice",
    "Objection",
    "Obligation",
    "Office",
    "OwnObjection",
    "Pace",
    "Panel",
    "PanelFile",
    "PanelMember",
    "PhoneProof",
    "Phrase",
    "Placement",
    "Plan",
    "PoolPart",
    "Presence",
    "ProductIncome",
    "Proposal",
    "ProvinceList",
    "Quota",
    "RdProject",
    "RegistryEvent",
    "RegistryExtract",
    "Result",
    "ResultList",
    "Round",
    "RoundReminder",
    "RoutingRule",
    "SavedView",
    "ScoreSheet",
    "Seat",
    "SeatRequest",
    "Showing",
    "SmeCheck",
    "SmeEvent",
    "SmePublicity",
    "SmeRegistration",
    "SourcedFigure",
    "StaffMember",
    "StaffMonth",
    "Statement",
    "Step",
    "StepTemplate",
    "Supplement",
    "Tag",
    "Tagging",
    "Telling",
    "Tie",
    "TrailEntry",
    "TrailSeal",
    "Trait",
    "Transition",
    "Trial",
    "TrialSheet",
    "Upload",
    "UploadPiece",
    "User",
    "Viewing",
    "Visit",
    "Window",
    "Workbook",
    "YearNotice",
]
