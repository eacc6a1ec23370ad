"""HiGHS, which solves linear programs."""

import highspy


class SilentHighs(highspy.Highs):
    """HiGHS without a word: its own constructor says who it is where output is not off before callbacks are on."""

    def enableCallbacks(self) -> None:  # noqa: N802 - HiGHS calls it so
        """Turn output off first."""
        self.setOptionValue("output_flag", False)  # noqa: FBT003 - has no name there
        highspy.Highs.enableCallbacks(self)
