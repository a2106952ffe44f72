"""Who carries alerts to people: chat (a webhook of Slack, Teams or others), mail (SMTP)."""

from __future__ import annotations

from syncd.messengers.chat import Chat as Chat
from syncd.messengers.mail import Mail as Mail

Messenger = Chat | Mail
