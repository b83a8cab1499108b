"""The child program: runs one version of a layer in every way, and says what was seen.

It runs in the user's own interpreter with the standard library, numpy and keras. Of keraslint it
imports the measures and the plain data that verdicts are made of, by place: its own package goes
by another name there.
"""
