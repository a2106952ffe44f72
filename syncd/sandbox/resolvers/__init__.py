"""Reads: for each type of the schema its fields, each a plain function over a plain record.

A module's FIELDS goes from type to field to resolver; `sandbox.schema` puts them together. Fields
that are not there are taken from the dict that a mutation or a page is.
"""
