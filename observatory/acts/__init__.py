"""Acts: what both sides decide, who may approve it, and the proof that they did.

Everything here follows from evidence alone: signatures, passkey assertions and the chains of
policies and rolls. No database and no settings file is believed.
"""
