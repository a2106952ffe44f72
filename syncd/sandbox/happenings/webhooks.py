"""Hints become deliveries; `hooks.sender` sends those that are due."""

from __future__ import annotations

from syncd.sandbox.hooks.spread import spread as happen

__all__ = ["happen"]
