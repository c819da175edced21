"""What `calibrate` found, as lines of text."""

from __future__ import annotations


def summary(card: dict) -> str:
    """The figures of a calibrated card, one a line."""
    return "\n".join([*_answers(card), *_strangers(card), *_poor_pictures(card)])


def _answers(card: dict) -> list[str]:
    calibration, sets, risk = card["calibration"], card["conformal"], card["risk"]["test"]
    by_label = (f"{label} {_share(part['coverage'])}" for label, part in sets["by_label"].items())
    perfect = calibration["perfect"]
    return [
        f"temperature {card['temperature']:.3f}",
        f"calibration error before {_figure(calibration['before'])}, after {_figure(calibration['after'])}; a perfect "
        f"model shows {perfect['value']:.4f} on as many pictures, up to {perfect['high']:.4f}",
        f"sets hold the right label in {sets['test_coverage']:.4f}, {sets['test_mean_size']:.3f} labels each",
        f"  by label: {', '.join(by_label)}",
        f"risk: not low {_share(risk['not_low'])}, not high {_share(risk['not_high'])}",
        f"nearest cases: accuracy {_share(card['similar']['accuracy'])}, agreement {card['similar']['agreement']:.4f}",
        f"in distribution: {card['out_of_distribution']['test_kept']:.4f} of test",
    ]


def _strangers(card: dict) -> list[str]:
    return [
        f"  {kind:<18} AUROC {part['auroc']:.4f}, refused {part['refused']:.4f} of {part['pictures']}"
        for kind, part in card["strangers"].items()
    ]


def _poor_pictures(card: dict) -> list[str]:
    found = card["robustness"]
    lines = [
        f"  {name:<18} " + " ".join(f"{step['accuracy']:.3f}" for step in steps)
        for name, steps in found["corruptions"].items()
    ]
    kept = f"{found['kept']:.4f} ({found['kept_low']:.4f} to {found['kept_high']:.4f})"
    head = f"poor pictures ({found['pictures']}): keeps {kept} of its accuracy of {found['clean']['accuracy']:.4f}"
    return [head, *lines]


def _share(figure: dict) -> str:
    return f"{figure['value']:.4f}"


def _figure(figure: dict) -> str:
    return f"{figure['value']:.4f} ({figure['low']:.4f} to {figure['high']:.4f})"
