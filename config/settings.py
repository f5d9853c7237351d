"""One flat file; the environment is read here and nowhere else.

Nothing is demanded to import it: without a database the law can still be asked (`manage.py assess`). What is
missing is said when a connection is opened, and by `manage.py check --deploy`.
"""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from celery.schedules import crontab
from django.utils.csp import CSP
from environs import Env

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# Who this process is: its DATABASE_URL names the role (owner migrates, web works, backup reads).
SECRET_KEY = env.str("SECRET_KEY", "")
DEBUG = False
DEMO = env.bool("DEMO", False)  # the role switcher and its banner; never set in production
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
HTTPS = env.bool("HTTPS", False)  # true behind a TLS terminator
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
# yuan by which audits and tax return may differ from the record before a firm is asked why
RECONCILIATION_TOLERANCE = Decimal(env.str("RECONCILIATION_TOLERANCE", "1"))

DATABASES = {
    "default": {
        **(env.dj_db_url("DATABASE_URL") if env.str("DATABASE_URL", "") else {"NAME": ""}),
        "ENGINE": "config.postgres",
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": 0,
    }
}
DATABASES["default"]["OPTIONS"] = {
    "application_name": env.str("PROCESS", "command"),
    "options": f"-c statement_timeout={env.int('STATEMENT_TIMEOUT_MS', 60_000)}"
    " -c idle_in_transaction_session_timeout=30000",
}
if env.int("DATABASE_POOL", 0):  # web only: a prefork worker must not share connections with its parent
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": env.int("DATABASE_POOL", 0), "timeout": 10}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "django_filters",
    "django_structlog",
    "pgtrigger",
    "pipeline",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "pipeline.request.CompressionMiddleware",
    "pipeline.request.DoorMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "pipeline.request.LanguageMiddleware",
    "pipeline.request.ScopeMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "pipeline" / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "pipeline.templatetags.look"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pipeline.request.page",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # fields are drawn by our templates

# Log-in. Who signs up has no seat and sees nothing before a firm's owner or an office seats them. Lock-out is
# allauth's, kept in the database cache.
AUTH_USER_MODEL = "pipeline.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_ADAPTER = "pipeline.request.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {"login_failed": "5/15m/key,30/15m/ip", "signup": "10/h/ip"}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
PASSWORD_RESET_TIMEOUT = int(timedelta(minutes=30).total_seconds())
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
SESSION_COOKIE_AGE = int(timedelta(minutes=30).total_seconds())
SESSION_SAVE_EVERY_REQUEST = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # they name firms: not in a cookie

# Language, time, numbers.
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "pipeline" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# Files and assets. Documents are content-addressed and never served from a URL of their own.
STORAGE_URL = urlsplit(env.str("STORAGE_URL", f"file://{BASE_DIR / '.state' / 'documents'}"))
DOCUMENTS = (
    {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": STORAGE_URL.path.strip("/"),
            "endpoint_url": f"https://{STORAGE_URL.hostname}:{STORAGE_URL.port or 443}",
            "access_key": STORAGE_URL.username,
            "secret_key": STORAGE_URL.password,
            "addressing_style": "path",
            "file_overwrite": True,
        },
    }
    if STORAGE_URL.scheme == "s3"
    else {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": STORAGE_URL.path}}
)
SCANNER_URL = urlsplit(env.str("SCANNER_URL", ""))  # clamd://host:port; without it no paper is found clean
FILE_SENDING = env.str("FILE_SENDING", "direct")  # direct, or x-accel behind nginx
STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", BASE_DIR / "assets" / "collected")
STATICFILES_DIRS = [("vendor", BASE_DIR / "assets" / "vendor")] if (BASE_DIR / "assets" / "vendor").is_dir() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "documents": DOCUMENTS,
    "staticfiles": {
        "BACKEND": env.str("STATIC_STORAGE", "whitenoise.storage.CompressedManifestStaticFilesStorage"),
    },
}
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = env.bool("STATIC_FROM_SOURCE", False)

# Headers.
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "form-action": [CSP.SELF],
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb")
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS and TRUSTED_PROXIES else None

# The cache is a table: one thing less that can be down. It holds the locks of accounts, which must not be washed out.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entry",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Jobs. The broker only hurries things along: everything that must happen is a row that a sweep finds.
BROKER_URL = env.str("BROKER_URL", "")
CELERY_BROKER_URL = BROKER_URL or "memory://"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 1_500
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "sign of life": {"task": "pipeline.jobs.beat", "schedule": 60},
    "send notices": {"task": "pipeline.jobs.send_notices", "schedule": 10},
    "send codes": {"task": "pipeline.jobs.send_codes", "schedule": 10},
    "sweep": {"task": "pipeline.jobs.sweep", "schedule": 15},
    "inspect papers": {"task": "pipeline.jobs.inspect_papers", "schedule": 15},
    "spell firms": {"task": "pipeline.jobs.spell_firms", "schedule": 60},
    "diagnose firms": {"task": "pipeline.jobs.diagnose_firms", "schedule": 60},
    "close publicity": {"task": "pipeline.jobs.close_publicity", "schedule": crontab(minute="5")},
    "remind firms": {"task": "pipeline.jobs.remind_firms", "schedule": crontab(hour="8", minute="30")},
    "route cases": {"task": "pipeline.jobs.route_cases", "schedule": 60.0},
    "seat experts": {"task": "pipeline.jobs.seat_experts", "schedule": 60.0},
    "climb": {"task": "pipeline.jobs.climb_stuck", "schedule": crontab(hour="8", minute="20")},
    "take in objections": {"task": "pipeline.jobs.take_in_objections", "schedule": 60},
    "remind of help": {"task": "pipeline.jobs.remind_of_help", "schedule": crontab(hour="8", minute="40")},
    "tend the pool": {"task": "pipeline.jobs.tend_pool", "schedule": crontab(hour="8", minute="50")},
    "remind of rounds": {"task": "pipeline.jobs.remind_of_rounds", "schedule": crontab(hour="8", minute="35")},
    "foresee plans": {"task": "pipeline.jobs.foresee_plans", "schedule": 60},
    "clear codes": {"task": "pipeline.jobs.clear_codes", "schedule": crontab(hour="2", minute="50")},
    "look for oddities": {"task": "pipeline.jobs.look_for_oddities", "schedule": crontab(hour="1", minute="20")},
    "clear presence": {"task": "pipeline.jobs.clear_presence", "schedule": crontab(hour="2", minute="40")},
    "clear uploads": {"task": "pipeline.jobs.clear_uploads", "schedule": crontab(hour="2", minute="45")},
    "clear exports": {"task": "pipeline.jobs.clear_exports", "schedule": crontab(hour="2", minute="50")},
    "open renewals": {"task": "pipeline.jobs.open_renewals", "schedule": crontab(hour="2", minute="15")},
    "seal the trail": {"task": "pipeline.jobs.seal_trail", "schedule": crontab(minute="35")},
}
if BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 3_600,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
    }

# Mail: smtp, smtp+tls or smtp+ssl://user:password@host:port, or file:///folder; without it, to the log.
MAIL_URL = urlsplit(env.str("MAIL_URL", ""))
BACKENDS = "django.core.mail.backends"
SMTP = {
    "BACKEND": f"{BACKENDS}.smtp.EmailBackend",
    "OPTIONS": {
        "host": MAIL_URL.hostname,
        "port": MAIL_URL.port or 25,
        "username": MAIL_URL.username or "",
        "password": MAIL_URL.password or "",
        "use_tls": MAIL_URL.scheme == "smtp+tls",
        "use_ssl": MAIL_URL.scheme == "smtp+ssl",
        "timeout": 10,
    },
}
FOLDER = {"BACKEND": f"{BACKENDS}.filebased.EmailBackend", "OPTIONS": {"file_path": MAIL_URL.path}}
CONSOLE = {"BACKEND": f"{BACKENDS}.console.EmailBackend"}
MAILERS = {"default": SMTP if MAIL_URL.hostname else FOLDER if MAIL_URL.scheme == "file" else CONSOLE}
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", "miaopu@localhost")
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000")

# Gateways to people's telephones. One that is not set is not offered to anybody.
SMS_URL = urlsplit(env.str("SMS_URL", ""))  # https://KEY:SECRET@dysmsapi.aliyuncs.com
SMS_SIGN = env.str("SMS_SIGN", "")
SMS_TEMPLATES: dict[str, str] = env.dict("SMS_TEMPLATES", {})  # code=SMS_1,notice=SMS_2,digest=SMS_3
WECOM_URL = urlsplit(env.str("WECOM_URL", ""))  # https://CORP:SECRET@qyapi.weixin.qq.com/?agent=1000002
WECOM_ROBOT = env.str("WECOM_ROBOT", "")
DINGTALK_ROBOT = env.str("DINGTALK_ROBOT", "")
DINGTALK_SECRET = env.str("DINGTALK_SECRET", "")

# One JSON object a line, each with the id of its request.
LOG_FACTS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.format_exc_info,
]
structlog.configure(
    processors=[*LOG_FACTS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            "foreign_pre_chain": LOG_FACTS,
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
}
