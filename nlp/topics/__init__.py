"""Emergent topics: a neighbour graph over the vectors, cut by Louvain, judged by the words.

``distinct`` weighs down what everybody says, ``ground`` is what is cut, ``graph`` links it,
``evidence`` asks the words, ``resolution`` chooses how finely to cut, ``tidy`` takes hollow topics
apart, ``quality`` marks poor ones, ``lineage`` tells what became of each, and ``model`` is the
estimator.
"""
