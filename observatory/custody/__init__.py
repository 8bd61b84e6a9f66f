"""Custody: key ceremonies, the custodians' share sheets and the signers' files.

``ceremony`` makes a key and forgets its seed, ``sheets`` writes and reads the custodians' files,
``recovery`` turns enough of them back into the private key in memory, ``signers`` makes signers'
files. This room and ``observatory.analysis.opening`` alone import the opening half of ``crypto``;
the intake process imports neither.
"""
