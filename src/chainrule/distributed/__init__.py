"""Several processes, on one machine or on many, that train one network together.

`Network.fit(comm=...)` takes a communicator of mpi4py. Every process runs the same script on the
same data and computes its share of the shards of each batch. Where the shards of a phase meet, the
processes meet as well (`exchange.py`, `engines/processes.c`), so θ has the bits of one process.
Whatever only one process can decide, the first one decides for all (`processes.py`).
"""
