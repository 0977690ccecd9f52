"""Messages of the library in the words of the command line: `freq=` is `--freq`, `X_df` is `--future`."""

import re

_OPTIONS = {
    "id_col": "id-col",
    "time_col": "time-col",
    "target_col": "target-col",
    "n_windows": "windows",
    "step_size": "step",
    **{name: name for name in ("freq", "zone", "season", "horizon", "level", "holidays", "seed", "parts")},
    **{name: name for name in ("known", "past", "static", "given", "boost")},
    **{name: name for name in ("latitude", "longitude", "tilt", "azimuth", "capacity")},
}
_WHOLE = (
    (re.compile(r" \(make_future_dataframe [^)]*\)"), ""),
    (re.compile(r" \(an index becomes one by reset_index\)"), ""),
    (re.compile(r"give them as X_df"), "give them by --future"),
    (re.compile(r"\bX_df\b"), "--future"),
    (re.compile(r"refit\(warm_start=True\)"), "gatecast refit --warm-start"),
    (re.compile(r"\bwarm_start\b"), "--warm-start"),
)
_KEYWORD = re.compile(rf"(?<![\w-])({'|'.join(_OPTIONS)})=(\[[^\]]*\]|\([^)]*\)|'[^']*'|[\w.-]*)")


def in_shell_words(message: str) -> str:
    """A message with the options it names as they are typed.

    >>> in_shell_words("the frequency cannot be told; give freq=, such as freq='h'")
    'the frequency cannot be told; give --freq, such as --freq h'
    >>> in_shell_words("wanted whole numbers such as season=[24, 168]")
    'wanted whole numbers such as --season 24 --season 168'
    """
    for pattern, words in _WHOLE:
        message = pattern.sub(words, message)
    return _KEYWORD.sub(_typed, message)


def _typed(found: re.Match[str]) -> str:
    """One option and its value, a list as the option over and over, a flag on its own."""
    flag, value = f"--{_OPTIONS[found[1]]}", found[2]
    if value == "True":
        return flag
    if value[:1] in ("[", "("):
        items = [item.strip().strip("'") for item in value[1:-1].split(",") if item.strip()]
        return " ".join(f"{flag} {item}" for item in items) or flag
    return f"{flag} {value.strip(chr(39))}".strip()
