"""The command line's table of contents; a command's module is imported when it is called."""

import tomllib

from cyclopts import App, Group

from api.cli.places import ROOT

RUN, KEEP, DEVELOP = (Group.create_ordered(name) for name in ("Run", "Look after", "Develop"))
COMMANDS = (
    (
        RUN,
        "up",
        (
            "Start everything here: PostgreSQL, Valkey, api and workers; Ctrl-C stops them.\n\n"
            "Listens on 127.0.0.1:8000 unless told otherwise. With DATABASE_URL or REDIS_URL set, "
            "that server is used instead of the embedded one."
        ),
        "api.cli.up:up",
    ),
    (
        RUN,
        "serve",
        "Serve the api alone, one process.\n\nProduction runs as many as it needs.",
        "api.cli.roles:serve",
    ),
    (RUN, "work", "Run the workers alone, one process.", "api.cli.roles:work"),
    (
        RUN,
        "migrate",
        (
            "Bring the database's schema to the newest revision, or to the one you name.\n\n"
            "Runs as the owner, MIGRATION_DATABASE_URL. An older revision goes down, which drops "
            "tables and columns with all they hold: only with --lose-rows."
        ),
        "api.cli.migrate:migrate",
    ),
    (
        KEEP,
        "token",
        "Make a token for a workspace and print it once.",
        "api.cli.token:token",
    ),
    (
        KEEP,
        "mail",
        "Show the newest mails to people.\n\nWithout SMTP_URL none leaves: read their links here.",
        "api.cli.mail:mail",
    ),
    (
        KEEP,
        "audit",
        (
            "Verify the audit trail of every workspace, or write one into a file.\n\n"
            "Says the newest entry's number and hash: note them down elsewhere."
        ),
        "api.cli.audit:audit",
    ),
    (
        KEEP,
        "rotate-keys",
        (
            "Seal every secret anew under the newest key of the ring, while everything runs.\n\n"
            "Makes a new key when all is under the newest one. Ended, it goes on where it was."
        ),
        "api.cli.rotate_keys:rotate_keys",
    ),
    (KEEP, "doctor", "Say what is wrong here and how to mend it.", "api.cli.doctor:doctor"),
    (
        KEEP,
        "backup",
        (
            "Write the database and the media into one file.\n\n"
            "Works while everything runs. The file carries the key ring and the first "
            "token, unless told otherwise: guard it as you guard them."
        ),
        "api.cli.backup:backup",
    ),
    (
        KEEP,
        "restore",
        "Bring back what `backup` wrote, into a database that is empty.",
        "api.cli.restore:restore",
    ),
    (
        DEVELOP,
        "export",
        (
            "Write the contracts: openapi/ and .env.example.\n\n"
            "With --check nothing is written; it fails and shows the difference."
        ),
        "api.cli.export:export",
    ),
    (
        DEVELOP,
        "check",
        "Check format, lint, types, import contracts and exports, as CI does.",
        "api.cli.develop:check",
    ),
    (DEVELOP, "test", "Run the tests; arguments go to pytest.", "api.cli.develop:test"),
    (DEVELOP, "bench", "Measure; arguments go to the bench.", "api.cli.develop:bench"),
)


def version() -> str:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


app = App(
    name="parvis",
    help="A headless REST and GraphQL platform for community management.\n\n"
    "Start with `./parvis up`. Every setting is a variable of the environment or of `.env`; "
    "`.env.example` lists them.",
    version=version,
    help_format="plaintext",
)
for place, (group, name, summary, target) in enumerate(COMMANDS):
    app.command(target, name=name, group=group, help=summary, sort_key=place)
