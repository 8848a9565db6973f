"""What a diagnosis says."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from ...plots import html
from .finding import Finding, number

WIDTH = 80


class Diagnosis:
    """The faults of a run, the most harmful one first.

    Parameters
    ----------
    findings : sequence of Finding
        Empty for a healthy run.
    summary : str
        The run in one line.
    loss : (float, float)
        The loss at the end, of training and validation rows.
    notes : tuple of str
        Sentences for the end, such as that it was interrupted.

    Examples
    --------
    >>> found = Diagnosis([], "40 updates on 80 rows", (0.25, 0.3))
    >>> print(found)
    40 updates on 80 rows
    Nothing is wrong that could be seen: loss 0.25, validation 0.3.
    """

    def __init__(
        self,
        findings: list[Finding],
        summary: str,
        loss: tuple[float, float],
        notes: tuple[str, ...] = (),
    ) -> None:
        self.findings, self.summary, self.loss, self.notes = findings, summary, loss, notes

    def __repr__(self) -> str:
        kinds = ", ".join(finding.kind for finding in self.findings) or "healthy"
        return f"<Diagnosis: {kinds}>"

    def __len__(self) -> int:
        return len(self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __getitem__(self, k: int) -> Finding:
        return self.findings[k]

    @property
    def is_healthy(self) -> bool:
        """True if nothing was found."""
        return not self.findings

    @property
    def healthy(self) -> str:
        """The sentence for a healthy run."""
        loss, held = map(number, self.loss)
        also = f", validation {held}" if self.loss[0] != self.loss[1] else ""  # of other rows
        return f"Nothing is wrong that could be seen: loss {loss}{also}."

    def __str__(self) -> str:
        lines = [self.summary]
        lines += [] if self.findings else [self.healthy]
        for k, finding in enumerate(self.findings, 1):
            where = f" ({finding.place})" if finding.place else ""
            lines += ["", f"{k}. {finding.kind.replace('_', ' ')}{where}"]
            lines += [f"   {line}" for line in textwrap.wrap(str(finding), WIDTH - 3)]
        for note in self.notes:
            lines += ["", *textwrap.wrap(note, WIDTH)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        parts = [html.line(self.summary)]
        if not self.findings:
            parts.append(html.line(self.healthy))
        rows = []
        for k, f in enumerate(self.findings, 1):
            tried = str(f.trial) if f.trial is not None else ""
            also = f" It also explains: {'; '.join(f.also)}." if f.also else ""
            what = f.kind.replace("_", " ") + (f" ({f.place})" if f.place else "")
            rows.append((k, what, f.text + also, f.advice, tried))
        if rows:
            header = ("", "what", "seen", "advice", "trial")
            parts.append(html.table(rows, header, align="rllll"))
        return html.page(*parts, *map(html.line, self.notes))
