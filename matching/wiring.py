"""What the openings in memory take from the slices above them: search, learning and promises (接线).

`matching.live` does not import these slices. It names this module as text and loads it before it first reads the
openings, so the web, the worker, every command and a ten-line script work with the same words, weights and shares.
"""

from matching.learning.queries import weights_in_use
from matching.live.inputs import Inputs
from matching.promises.queries import kept_standings
from matching.search.queries import accepted_words

INPUTS = Inputs(words=accepted_words, weights=weights_in_use, ranks=kept_standings)
