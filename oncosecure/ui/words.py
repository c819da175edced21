"""How numbers and lists are said, everywhere the same."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Holds a number to its sign: pages break lines elsewhere.
FIXED = "\N{NO-BREAK SPACE}"
#: What the brackets of a figure hold, inside a sentence.
INTERVAL = f"95{FIXED}% interval"
#: Names of models; a key that is not among them starts with one of the families, or reads as it is.
_MODELS = {
    "efficientnet_lite0_lite2": "EfficientNet-Lite0+Lite2 ensemble",
    "efficientnet_lite0_s16": "Five-stage EfficientNet-Lite0",
    "texture_lite0": "Texture and EfficientNet-Lite0",
    "svm_rbf": "SVM (RBF)",
}
#: Words that begin with a capital anywhere.
_PROPER = ("Keras",)
_FAMILIES = {"efficientnet_lite": "EfficientNet-Lite", "resnet": "ResNet"}


def percent(share: float) -> str:
    """A share from 0 to 1 in percent with one decimal; never 100.0 or 0.0, which no model and no test set can know."""
    return f"{in_percent(share)}{FIXED}%"


def in_percent(share: float) -> str:
    """The same without the sign: "97.9", "> 99.9"."""
    return _bounded(f"{100 * share:.1f}", "0.0", "100.0", "0.1", "99.9")


def auc(value: float) -> str:
    """An area under the curve with three decimals; never 1.000 or 0.000."""
    return _bounded(f"{value:.3f}", "0.000", "1.000", "0.001", "0.999")


def with_interval(name: str, figure: dict) -> str:
    """A figure of a card with its 95 % interval, e.g. "97.9 % (96.9 to 98.7)" or "0.994 (0.990 to 0.997)".

    Where both ends are the same, or it is everything there is, there is no interval: all pictures come from one group,
    which says nothing of others.
    """
    if figure["value"] != figure["value"]:
        return "cannot be computed"
    plain = name.endswith("auc") or name in ("ece", "brier")
    say, sign = (auc, "") if plain else (in_percent, f"{FIXED}%")
    if figure["low"] == figure["high"] or (figure["low"], figure["high"]) == (0.0, 1.0):
        return f"{say(figure['value'])}{sign} (no interval)"
    return f"{say(figure['value'])}{sign} ({say(figure['low'])} to {say(figure['high'])})"


def whole_percent(share: float) -> str:
    """A chosen level, such as a coverage of 0.9: "90 %"."""
    return f"{100 * share:g}{FIXED}%"


def fixed(text: str) -> str:
    """Text in which percent signs stay on one line with their numbers."""
    return re.sub(r"(?<=\d) %", f"{FIXED}%", text)


def breakable(text: str) -> str:
    """The opposite, for terminals and files: plain spaces only."""
    return text.replace(FIXED, " ")


def count(n: int) -> str:
    """A number with thin grouping: "1,284"."""
    return f"{n:,}"


def listing(names: Sequence[str], last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"


def lower_first(name: str) -> str:
    """A name inside a sentence: "Basal cell carcinoma" -> "basal cell carcinoma"; "JPEG", "Grad-CAM", "Keras" stay."""
    first = name.partition(" ")[0]
    own = first in _PROPER or any(letter.isupper() for letter in first[1:])
    return name if own else name[:1].lower() + name[1:]


def upper_first(text: str) -> str:
    """A name at the start of a sentence."""
    return text[:1].upper() + text[1:]


def several(n: int, noun: str) -> str:
    """A number with its noun: "1 file", "1,200 files"."""
    return f"{count(n)} {noun}{'' if n == 1 else 's'}"


def with_article(name: str) -> str:
    """A finding inside a sentence: "a glioma", "an actinic keratosis", but "no tumour" and "normal lungs"."""
    plain = lower_first(name)
    if plain.startswith(("no ", "normal ")):
        return plain
    return f"{'an' if plain[0] in 'aeiou' else 'a'} {plain}"


def model_name(key: str) -> str:
    """A model's key as a name: "efficientnet_lite2" -> "EfficientNet-Lite2", "random_forest" -> "Random forest"."""
    if key in _MODELS:
        return _MODELS[key]
    for plain, name in _FAMILIES.items():
        if key.startswith(plain):
            return f"{name}{key.removeprefix(plain)}"
    return upper_first(key.replace("_", " "))


def p_value(p: float) -> str:
    """A p value with as many digits as mean anything: "< 0.001", "0.004", "0.27"."""
    if p != p:
        return "not tested"
    if p < 0.001:
        return f"<{FIXED}0.001"
    return f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def points(difference: dict) -> str:
    """A difference of shares in percentage points with its interval, e.g. "+1.2 (-0.3 to +2.6)"."""
    value, low, high = (signed(100 * difference[end], 1) for end in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


def signed(value: float, digits: int) -> str:
    """A number with its sign; none where it rounds to 0."""
    text = f"{value:+.{digits}f}"
    return text[1:] if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}")


def _bounded(text: str, zero: str, one: str, least: str, most: str) -> str:
    return {zero: f"<{FIXED}{least}", one: f">{FIXED}{most}"}.get(text, text)


def verbatim(text: str) -> str:
    """Text that came from outside, so that Markdown shows it as it is: no link, picture, colour or formula."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-!|~$:&])", r"\\\1", text)
