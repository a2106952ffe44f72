"""The guided tour: a Backoffice, a shop, the daemon between them, all on this machine.

home    where the demo keeps its things, and how others find one that runs
tour    the steps, from an empty folder to live changes
edits   what a shop assistant changes in the Backoffice during the tour
proof   whether the shop holds what the Backoffice says
"""
