"""The child program: runs one version of a layer in every way, and says what was seen.

It runs in the user's own interpreter with the standard library, numpy and keras, and imports
nothing else of keraslint.
"""
