"""Syncd under fire: whatever can die dies at random, then everything must be right.

schedule    which blow falls when, made of a seed
relay       a connection on its way, to be cut or held up
processes   programs as they are started, watched, started again
scene       Postgres, the shop, two nodes, with what lies between them
people      who works meanwhile: a till, a merchant, customers
blows       how each blow falls
aftermath   what must hold when all is quiet again
"""
