"""The page of an explanation: one forecast, what it is made of, what the memory did and how far it sees."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gatecast.insight import (
    Explanation,
    Reach,
    Reason,
    attribution_figure,
    facts,
    fan_chart,
    flow_figure,
    half_life_figure,
    ledger_figure,
    level_words,
    linear_figure,
    number,
    parts_figure,
    parts_words,
    reach_figure,
    reasons_figure,
    said_stamp,
    share,
    training_flow_figure,
    washout_figure,
    whatif_figure,
)
from gatecast.report.contents import versions
from gatecast.report.markup import bullets, facts_table, paragraph, plot, preformatted, section, table
from gatecast.report.shell import assembled, written

NAVIGATION = (
    ("forecast", "Forecast"), ("reasons", "Reasons"), ("parts", "Parts"), ("whatif", "What if"),
    ("xray", "X-ray"), ("held", "What is held"), ("reach", "Reach"), ("gradient", "Gradient"),
    ("units", "Units"), ("read", "What was read"), ("repeat", "How to repeat"),
)  # fmt: skip
MICROSECONDS_IN_HOUR = 3_600_000_000
UNHEARD = (
    "The memory part is 0 throughout: on origins held out from its training the network did not lower the "
    "error of the others, so it has no share in this series' forecast, and there is nothing to share out "
    "among its inputs."
)
MOST_UNITS = 6  # in the table of what hangs on each
REASONS_HEAD = ("what was deleted", "when", "forecast would change by", "must exceed", "verdict")


@dataclass(frozen=True)
class Around:
    """What stands around an explanation on its page.

    title       the first line
    notes       treatments and remarks, a sentence each
    disclosure  what a reader must know before believing the numbers
    commands    lines that make the page again, with `seed`
    """

    title: str
    notes: tuple[str, ...] = ()
    disclosure: str = ""
    commands: tuple[str, ...] = ()
    seed: int | None = None
    versions: tuple[tuple[str, str], ...] = field(default_factory=versions)


def write_explanation(path: str | Path, explanation: Explanation, around: Around) -> Path:
    """Write the page, wholly or not at all, and say where it is.

    Raises OptionError when the file cannot be written.
    """
    parts = (
        _forecast(explanation, around), _reasons(explanation), _parts(explanation), _what_if(explanation),
        _xray(explanation), _held(explanation), _reach(explanation), _gradient(explanation),
        _units(explanation), _read(explanation, around), _repeat(around),
    )  # fmt: skip
    return written(path, assembled(around.title, NAVIGATION, "".join(parts)))


def _forecast(one: Explanation, around: Around) -> str:
    """The forecast, with what came where it is known."""
    subject, actual = one.subject, one.subject.actual()
    came = np.isfinite(actual).any()
    figure = fan_chart(
        subject.panel, one.forecast, 0, level=(80,), actual=actual if came else None, unit=one.unit
    )
    origin = said_stamp(subject.stamps(subject.past(1))[0])
    steps = f"{subject.horizon} step{'' if subject.horizon == 1 else 's'} ahead of {origin}"
    said = f"{subject.model.name}, {steps}, of {subject.panel.ids[subject.series]}, with its 80 % interval."
    if came:
        error = np.nanmean(np.abs(actual - one.forecast.point[0]))
        said += f" What came differs by {number(float(error))}{_of(one.unit)} on average."
    lead = "".join(paragraph(line, "lead") for line in one.sentences)
    aside = f'<div class="aside">{paragraph(around.disclosure)}</div>' if around.disclosure else ""
    return lead + aside + section("forecast", "The forecast", plot("fan", figure, said))


def _reasons(one: Explanation) -> str:
    """What was tested, told or not."""
    found = one.reasons
    if not found.tested:
        return section("reasons", "Reasons", paragraph(f"No reason is given: {found.silence}."))
    said = (
        "Each event in the data was put back to what is normal at its hour, and the whole forecast made "
        "again. A sentence is written only where the change exceeds the network's own spread, what ordinary "
        "deviations do in the same place, and a quarter of the error the model makes anyway."
    )
    return section(
        "reasons", "Reasons, each tested by deletion", paragraph(said),
        plot("effects", reasons_figure(found, unit=one.unit), "What the forecast would change by."),
        table(REASONS_HEAD, [_reason_row(reason, one.unit) for reason in found.tested], words=(0, 1, 4)),
    )  # fmt: skip


def _reason_row(reason: Reason, unit: str) -> tuple[str, ...]:
    """One event's cells."""
    bounds = [bound for bound in (reason.noise, reason.placebo, reason.floor) if bound == bound]
    event = reason.event
    return (
        event.what, event.when, f"{number(reason.size)}{_of(unit)}".replace("-", "−"),
        f"{number(max(bounds))}{_of(unit)}", reason.verdict,
    )  # fmt: skip


def _parts(one: Explanation) -> str:
    """Linear part, pool part where there is one, memory part; the linear and the memory part taken apart."""
    subject, figures = one.subject, []
    if one.linear is not None:
        panel = subject.panel
        figures.append(
            plot(
                "halves",
                parts_figure(panel, one.forecast, unit=one.unit),
                parts_words(one.forecast),
            )
        )
        figure = linear_figure(one.linear, subject.coming(), unit=one.unit)
        said = f"The linear part, split exactly. {level_words(one.linear, one.unit)}"
        figures.append(plot("linear", figure, said))
    if _unheard(one):
        figures.append(paragraph(UNHEARD))
        return section("parts", "What it is made of", *figures)
    shared = one.attribution
    for target, why in enumerate(shared.refused):
        name = shared.targets[target]
        if why:
            figures.append(paragraph(f"The {shared.what} of {name} is not shared out among inputs: {why}."))
        else:
            figure = attribution_figure(shared, target, unit=one.unit)
            figures.append(
                plot(f"shares-{target}", figure, f"The {shared.what} of {name}, by input and age.")
            )
    return section("parts", "What it is made of", *figures)


def _unheard(one: Explanation) -> bool:
    """Whether the network says nothing in a forecast of halves."""
    part = one.forecast.memory_part
    return part is not None and not part.any()


def _what_if(one: Explanation) -> str:
    """The forecast with something changed."""
    figures = []
    for index, answer in enumerate(one.what_ifs):
        said = "; ".join(answer.sentences(one.unit)) + "."
        figure = whatif_figure(answer, one.subject.panel, unit=one.unit)
        figures.append(plot(f"whatif-{index}", figure, said[0].upper() + said[1:]))
    return section("whatif", "What if", *figures) if figures else ""


def _xray(one: Explanation) -> str:
    """Every gate and state."""
    said = (
        "Every gate after its activation, and both states, on the way to this forecast. Rows are units, the "
        "longest memory on top. Hover for what a gate does."
    )
    if _unheard(one):
        said += " This network ran and is not heard: the forecast would be the same without it."
    return section("xray", "X-ray of the memory", plot("xray", one.inspection.figure(unit=one.unit), said))


def _held(one: Explanation) -> str:
    """What the cell holds, by day."""
    if one.ledger is None:
        return ""
    said = (
        f"{_capital(one.ledger.words(0, _step(one)))}. This is what is stored and when it was written; what "
        "is stored need not be used."
    )
    return section("held", "What the memory holds", plot("held", ledger_figure(one.ledger), said))


def _reach(one: Explanation) -> str:
    """How far back the model sees, measured."""
    figures = [
        plot(f"reach-{index}", reach_figure(found, unit=one.unit), _reach_words(found))
        for index, found in enumerate(one.reaches)
    ]
    figures.append(
        plot("washout", washout_figure(one.washout, unit=one.unit), f"{_capital(one.washout.sentence())}.")
    )
    figures.append(
        plot("half-lives", half_life_figure(one.half_lives), f"{_capital(one.half_lives.sentence())}.")
    )
    said = (
        "One input is changed at one step of the past, clock and calendar untouched, and the forecast made "
        "again: here at a few lags, where seasons say most would be."
    )
    return section("reach", "How far back it sees, measured", paragraph(said), *figures)


def _reach_words(found: Reach) -> str:
    """How far back the whole model sees, and what its memory carries by itself."""
    return f"{_capital(found.sentence())}; by its recurrent state alone, {found.sentence('carried')}."


def _gradient(one: Explanation) -> str:
    """How a gradient travels back through this window."""
    verdict = one.flow.judged()
    figures = [plot("flow", flow_figure({one.flow.what: one.flow}), _capital(verdict.sentence) + ".")]
    if one.training is not None:
        said = "The same at moments of training, before the first step and to the last."
        figures.append(plot("training", training_flow_figure(one.training), said))
    remedies = [paragraph("What would change it:"), bullets(verdict.remedies)] if verdict.remedies else []
    return section("gradient", "The gradient through time", *figures, *remedies)


def _units(one: Explanation) -> str:
    """What hangs on single units."""
    found, whole = one.ablation, float(one.ablation.size.sum())
    head = (
        "unit",
        "its output",
        "its mean",
        f"forecast changes by{f', {one.unit}' if one.unit else ''}",
        "share of all",
    )
    rows = [
        (
            str(int(unit)), f"{found.hidden[unit]:.2f}", f"{found.replaced[unit]:.2f}",
            number(float(found.size[unit])), share(float(found.size[unit]) / whole if whole else 0.0),
        )
        for unit in found.ranking[:MOST_UNITS]
    ]  # fmt: skip
    said = (
        "Each unit's output at the origin put back to its mean over the window, and the forecast made again."
    )
    return section("units", "What hangs on single units", paragraph(said), table(head, rows))


def _read(one: Explanation, around: Around) -> str:
    """What was read, and what was done to it."""
    notes = [bullets(around.notes)] if around.notes else []
    return section("read", "What was read", facts_table(facts(one.subject.panel)), *notes)


def _repeat(around: Around) -> str:
    """How to get this page again."""
    seed = [] if around.seed is None else [("seed", str(around.seed))]
    commands = [preformatted("\n".join(around.commands))] if around.commands else []
    return section("repeat", "How to repeat it", *commands, facts_table([*seed, *around.versions]))


def _of(unit: str) -> str:
    """A unit behind its number."""
    return f" {unit}" if unit else ""


def _capital(sentence: str) -> str:
    """A sentence as it begins."""
    return sentence[:1].upper() + sentence[1:]


def _step(one: Explanation) -> tuple[float, str]:
    """The length of a step, as the ledger says it."""
    frequency = one.subject.panel.frequency
    if frequency.unit == "microsecond":
        return frequency.count / MICROSECONDS_IN_HOUR, "hours"
    return frequency.count, f"{frequency.unit}s"
