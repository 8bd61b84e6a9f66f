"""Emergent topics: a neighbour graph over the vectors, cut by Louvain, judged by the words.

``distinct`` weighs down what everybody says, ``ground`` is what is cut, ``graph`` links it,
``evidence`` asks the words, ``resolution`` chooses how finely to cut, ``tidy`` takes hollow topics
apart, ``quality`` marks poor ones, ``finding`` does all this once, ``centroids`` place further
texts, ``lineage`` tells what became of each topic, and ``model`` is the estimator.
"""
