"""The shop's apps: which one a token speaks for, signing in, leaving."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import replace

from syncd.sandbox import gids
from syncd.sandbox.hooks.spread import later, spread
from syncd.sandbox.installations import Installation, Token
from syncd.sandbox.options import App
from syncd.sandbox.shop import Shop

TOKEN_S = 86_400


def known(shop: Shop) -> tuple[App, ...]:
    """All that the options name, the first app first, installed or not."""
    return (shop.options.app, *shop.options.apps)


def installation(shop: Shop, app: App) -> Installation | None:
    found = (one for one in shop.held["Installation"].values() if one.client_id == app.client_id)
    return next(found, None)


def app_of(shop: Shop, client_id: str) -> App | None:
    """The app with the scopes it has now; None when there is none such or it was uninstalled."""
    for app in known(shop):
        if app.client_id == client_id:
            kept = installation(shop, app)
            if kept is None:
                return app
            scopes = app.scopes if kept.scopes is None else kept.scopes
            return replace(app, scopes=scopes) if kept.is_installed else None
    return None


def speaking(shop: Shop, text: str | None) -> App | None:
    """The app whose access token this is, while it is valid."""
    if not text:
        return None
    for app in known(shop):
        if app.token == text:
            return app_of(shop, app.client_id)
    for token in shop.held["Token"].values():
        if token.text == text:
            is_valid = later(shop, 0) < token.ends_at
            return app_of(shop, token.client_id) if is_valid else None
    return None


def sign_in(shop: Shop, app: App) -> Token:
    """A new token for a day; those the app has stay valid."""
    for old in list(shop.held["Token"].values()):
        if old.ends_at <= later(shop, 0):
            shop.remove("Token", old)
    text = f"shpat_{secrets.token_hex(16)}"
    made = Token(shop.new_id("Token"), text, app.client_id, later(shop, TOKEN_S))
    shop.put("Token", made)
    return made


def has_secret(app: App, secret: str) -> bool:
    return hmac.compare_digest(app.secret.encode(), secret.encode())


def forget_tokens(shop: Shop, app: App) -> None:
    for token in list(shop.held["Token"].values()):
        if token.client_id == app.client_id:
            shop.remove("Token", token)


def uninstall(shop: Shop, app: App) -> None:
    """Tokens and subscriptions go at once, after the app was told."""
    shop.tell("APP_UNINSTALLED", None, app=app.client_id)
    spread(shop)
    for one in list(shop.held["WebhookSubscription"].values()):
        if one.app == app.client_id:
            shop.remove("WebhookSubscription", one)
    forget_tokens(shop, app)
    _keep(shop, app, is_installed=False)


def install(shop: Shop, app: App) -> None:
    _keep(shop, app, is_installed=True)


def grant(shop: Shop, app: App, scopes: tuple[str, ...]) -> None:
    """Other scopes for an app, as when the merchant approves a new version of it."""
    before = app_of(shop, app.client_id) or app
    _keep(shop, app, is_installed=True, scopes=scopes)
    shop.tell(
        "APP_SCOPES_UPDATE",
        None,
        app=app.client_id,
        id=app.number + 1,
        previous=sorted(before.scopes),
        current=sorted(scopes),
        updated_at=shop.now(),
    )


def _keep(
    shop: Shop, app: App, *, is_installed: bool, scopes: tuple[str, ...] | None = None
) -> None:
    kept = installation(shop, app) or Installation(shop.new_id("Installation"), app.client_id)
    scopes = kept.scopes if scopes is None else scopes
    shop.put("Installation", replace(kept, is_installed=is_installed, scopes=scopes))


def app_gid(app: App) -> str:
    return gids.gid("App", app.number)
