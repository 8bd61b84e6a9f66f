"""What each document says, as plain data; typesetting and exports give it a form.

A count that may not be shown is absent, and ``fewer_than`` stands in its place: one state for
everything from 0 to k-1.
"""
