"""What every scope lets an application do, said to people in French, German, Italian and English.

`tests/domain/identity/test_scopes.py` asks for all four of every scope.
"""

from typing import NamedTuple

from domain.kernel.caller import Scope


class Said(NamedTuple):
    """One sentence in four languages; it completes "The application may …"."""

    fr: str
    de: str
    it: str
    en: str


OPENID, PROFILE, EMAIL, OFFLINE = "openid", "profile", "email", "offline_access"
OPENID_SCOPES = (OPENID, PROFILE, EMAIL, OFFLINE)
"""What OpenID Connect asks of a person; the other scopes are asked of a workspace."""

WORDS: dict[str, Said] = {
    OPENID: Said(
        "savoir que c’est vous",
        "wissen, dass Sie es sind",
        "sapere che siete voi",
        "know that it is you",
    ),
    PROFILE: Said(
        "connaître votre nom et votre langue",
        "Ihren Namen und Ihre Sprache kennen",
        "conoscere il vostro nome e la vostra lingua",
        "know your name and language",
    ),
    EMAIL: Said(
        "connaître votre adresse e-mail",
        "Ihre E-Mail-Adresse kennen",
        "conoscere il vostro indirizzo e-mail",
        "know your e-mail address",
    ),
    OFFLINE: Said(
        "garder cet accès quand vous n’êtes pas là",
        "diesen Zugriff behalten, wenn Sie nicht da sind",
        "mantenere questo accesso quando non ci siete",
        "keep this access while you are away",
    ),
    Scope.WORKSPACE_READ: Said(
        "voir l’espace de travail",
        "den Arbeitsbereich sehen",
        "vedere lo spazio di lavoro",
        "see the workspace",
    ),
    Scope.WORKSPACE_WRITE: Said(
        "modifier l’espace de travail",
        "den Arbeitsbereich ändern",
        "modificare lo spazio di lavoro",
        "change the workspace",
    ),
    Scope.MEMBERS_READ: Said(
        "voir qui y travaille et avec quel rôle",
        "sehen, wer dort mit welcher Rolle arbeitet",
        "vedere chi vi lavora e con quale ruolo",
        "see who works there and in which role",
    ),
    Scope.MEMBERS_WRITE: Said(
        "inviter, modifier et retirer des membres",
        "Mitglieder einladen, ändern und entfernen",
        "invitare, modificare e rimuovere membri",
        "invite, change and remove members",
    ),
    Scope.MEMBERS_PERSONAL: Said(
        "voir les noms et les adresses e-mail des membres",
        "Namen und E-Mail-Adressen der Mitglieder sehen",
        "vedere i nomi e gli indirizzi e-mail dei membri",
        "see the names and e-mail addresses of members",
    ),
    Scope.COMMUNITIES_READ: Said(
        "voir les communautés",
        "die Communitys sehen",
        "vedere le comunità",
        "see the communities",
    ),
    Scope.COMMUNITIES_WRITE: Said(
        "créer, modifier et supprimer des communautés",
        "Communitys anlegen, ändern und löschen",
        "creare, modificare ed eliminare comunità",
        "make, change and remove communities",
    ),
    Scope.ACCOUNTS_READ: Said(
        "voir les comptes de réseaux sociaux",
        "die Konten sozialer Netzwerke sehen",
        "vedere gli account dei social network",
        "see the accounts on social networks",
    ),
    Scope.ACCOUNTS_WRITE: Said(
        "connecter et déconnecter des comptes de réseaux sociaux",
        "Konten sozialer Netzwerke verbinden und trennen",
        "collegare e scollegare account dei social network",
        "connect and disconnect accounts on social networks",
    ),
    Scope.CALENDARS_READ: Said(
        "voir les calendriers éditoriaux",
        "die Redaktionskalender sehen",
        "vedere i calendari editoriali",
        "see the content calendars",
    ),
    Scope.CALENDARS_WRITE: Said(
        "créer, modifier et supprimer des calendriers éditoriaux",
        "Redaktionskalender anlegen, ändern und löschen",
        "creare, modificare ed eliminare calendari editoriali",
        "make, change and remove content calendars",
    ),
    Scope.POSTS_READ: Said(
        "lire les publications, même en préparation",
        "Beiträge lesen, auch Entwürfe",
        "leggere i post, anche in preparazione",
        "read posts, drafts included",
    ),
    Scope.POSTS_WRITE: Said(
        "rédiger, modifier et supprimer des publications",
        "Beiträge schreiben, ändern und löschen",
        "scrivere, modificare ed eliminare post",
        "write, change and remove posts",
    ),
    Scope.POSTS_PUBLISH: Said(
        "publier en votre nom, tout de suite ou à l’heure prévue",
        "in Ihrem Namen veröffentlichen, sofort oder zur geplanten Zeit",
        "pubblicare a vostro nome, subito o all’ora prevista",
        "publish in your name, at once or at a planned time",
    ),
    Scope.POSTS_APPROVE: Said(
        "approuver ou refuser des publications",
        "Beiträge freigeben oder ablehnen",
        "approvare o rifiutare post",
        "approve or refuse posts",
    ),
    Scope.POSTS_HOLD: Said(
        "geler des publications pour raison juridique",
        "Beiträge aus rechtlichen Gründen sperren",
        "bloccare pubblicazioni per motivi legali",
        "put posts on legal hold and release them",
    ),
    Scope.MENTIONS_READ: Said(
        "lire les mentions et les conversations",
        "Erwähnungen und Unterhaltungen lesen",
        "leggere le menzioni e le conversazioni",
        "read mentions and conversations",
    ),
    Scope.MENTIONS_WRITE: Said(
        "trier, attribuer et annoter les mentions",
        "Erwähnungen ordnen, zuweisen und mit Notizen versehen",
        "ordinare, assegnare e annotare le menzioni",
        "sort, assign and annotate mentions",
    ),
    Scope.MENTIONS_ANSWER: Said(
        "répondre aux mentions en votre nom",
        "in Ihrem Namen auf Erwähnungen antworten",
        "rispondere alle menzioni a vostro nome",
        "answer mentions in your name",
    ),
    Scope.METRICS_READ: Said(
        "voir les chiffres d’engagement",
        "die Kennzahlen der Interaktionen sehen",
        "vedere le metriche di coinvolgimento",
        "see the engagement metrics",
    ),
    Scope.EVENTS_READ: Said(
        "suivre tout ce qui se passe dans l’espace de travail",
        "alles verfolgen, was im Arbeitsbereich geschieht",
        "seguire tutto ciò che accade nello spazio di lavoro",
        "follow everything that happens in the workspace",
    ),
    Scope.LISTENING_READ: Said(
        "voir les requêtes de veille et leurs résultats",
        "Suchabfragen der Beobachtung und ihre Ergebnisse sehen",
        "vedere le ricerche di monitoraggio e i loro risultati",
        "see the listening queries and what they find",
    ),
    Scope.LISTENING_WRITE: Said(
        "créer, modifier et supprimer des requêtes de veille",
        "Suchabfragen der Beobachtung anlegen, ändern und löschen",
        "creare, modificare ed eliminare ricerche di monitoraggio",
        "make, change and remove listening queries",
    ),
    Scope.WEBHOOKS_READ: Said(
        "voir les webhooks et leurs envois",
        "die Webhooks und ihre Zustellungen sehen",
        "vedere i webhook e i loro invii",
        "see the webhooks and what was sent to them",
    ),
    Scope.WEBHOOKS_WRITE: Said(
        "créer, modifier et supprimer des webhooks",
        "Webhooks anlegen, ändern und löschen",
        "creare, modificare ed eliminare webhook",
        "make, change and remove webhooks",
    ),
    Scope.AUDIT_READ: Said(
        "lire le journal d’audit : qui a fait quoi, quand et d’où",
        "das Prüfprotokoll lesen: wer was wann und von wo getan hat",
        "leggere il registro di controllo: chi ha fatto cosa, quando e da dove",
        "read the audit trail: who did what, when and from where",
    ),
    Scope.ADMINISTRATION: Said(
        "administrer l’espace de travail : applications, rôles, propriété et connexion",
        "den Arbeitsbereich verwalten: Anwendungen, Rollen, Eigentum und Anmeldung",
        "amministrare lo spazio di lavoro: applicazioni, ruoli, proprietà e accesso",
        "administer the workspace: applications, roles, ownership and sign-in",
    ),
}


def described(scope: str, language: str) -> str:
    """What a scope lets do, in one of the four languages."""
    sentence: str = getattr(WORDS[scope], language)
    return sentence
