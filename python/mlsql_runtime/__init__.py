"""The runtime behind the modules that scripts import, and behind the processes that run scripts.

Standard library only, Python >= 3.9, and cheap to import: every attempt pays for what is imported at its start.
"""
