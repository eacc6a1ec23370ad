"""When a search ends: at a moment, or when the user asks."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Deadline:
    """When to stop: at a moment of `time.monotonic()`, or when the user asks."""

    at: float
    asked: Callable[[], bool] = field(default=lambda: False)

    @property
    def left_s(self) -> float:
        """Seconds left; 0 when the user has asked to stop."""
        return 0.0 if self.asked() else max(0.0, self.at - time.monotonic())
