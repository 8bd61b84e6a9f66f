"""Import of registers of complaints: a mapping, a file, sealed rows and a list of refusals."""
