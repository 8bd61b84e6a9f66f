"""Emergent topics: a neighbour graph over the vectors, cut by Louvain.

``graph`` builds it, ``resolution`` chooses how finely to cut, ``distinct`` weighs down what
everybody says, ``model`` is the estimator.
"""
