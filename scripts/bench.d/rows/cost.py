"""The processor time of the service for each request, of the rows that measure it anyway."""

from report import Contest, Line, Numbers


class Cost(Numbers):
    def __init__(self, contests: list[Contest]) -> None:
        super().__init__("processor", is_alone=False)
        self.contests = {contest.name: contest for contest in contests}

    def measure(self, turn: int) -> None:
        """They have done it."""

    def lines(self) -> list[Line]:
        wanted = (("append", "append", 45, 30), ("get", "GET of 20 messages", 90, 60))
        return [
            Line(f"processor time of the service: {what}", self.of(name), bar, aim, "µs", at_most=True)
            for name, what, bar, aim in wanted
            if name in self.contests
        ]

    def of(self, name: str) -> list[float]:
        return [outcome.service for outcome in self.contests[name].found["HTTP"]]
