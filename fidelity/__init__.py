"""Recorded exchanges of the real Shopify, replayed against fresh sandboxes.

recordings   what was recorded, story by story
typed        an answer walked together with its query and the schema
world        what a story's answers tell of the shop, thing by thing
seeds/       the things made into records of the sandbox, one module a subject
twins        which of our ids stands for which recorded one
sameness     two answers compared: every tolerance is written there
superseded   what Shopify does otherwise today, by rule
replay       one story from its first exchange to its last
report       the table, the differences, the totals
"""
