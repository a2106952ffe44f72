"""The console: pages on which people see what goes on, change settings, answer what waits for them.

visit    who asks, in which language
guard    who may come in: hosts, sessions, forged forms, headers
trouble  errors as pages
drawing  templates filled
waiting  how much needs a person, on each page
"""
