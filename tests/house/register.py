"""The texts of the register of messages, by the module and the name by which the source refers to them."""

from centre.messages.everything import HOMES
from centre.messages.wording import Wording

TEXTS = {
    (module.__name__, name): wording
    for module in HOMES
    for name, wording in vars(module).items()
    if isinstance(wording, Wording)
}
