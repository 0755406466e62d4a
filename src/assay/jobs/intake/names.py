"""Judges and tidies the names of files that a stranger chose; they are shown, never used as paths."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

_CONTROL_OR_BIDI = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_DRIVE = re.compile(r"[A-Za-z]:([\\/]|$)")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?", re.IGNORECASE)
_FORBIDDEN_IN_WINDOWS = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
_OVERLONG = re.compile(rb"\xc0([\x80-\xbf])|\xc1([\x80-\xbf])|\xe0\x80([\x80-\xbf])|\xf0\x80\x80([\x80-\xbf])")
_PICTURE_ENDINGS = frozenset(
    (
        *("jpg", "jpeg", "jpe", "jfif", "png", "apng", "webp", "bmp", "dib", "gif", "tif", "tiff", "avif", "heic"),
        *("heif", "jp2", "j2k", "jxl", "svg", "psd", "ico", "dcm", "raw"),
    )
)
_TIMES_DECODED = 3


def parts_of(name: str) -> list[str]:
    """Split a name at slashes of both kinds, without empty parts and without `.`."""
    return [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]


def tidy(name: str) -> str:
    """Give the one spelling under which a file is known: NFC, forward slashes, no `.` parts; else as it came."""
    return "/".join(part for part in unicodedata.normalize("NFC", name).replace("\\", "/").split("/") if part != ".")


def safe_name(name: str) -> str:
    """Rename so that it can be shown anywhere and unpacked on any system.

    Control and text-direction characters become `\ufffd`, what Windows forbids becomes `_`, its device names get a
    leading `_`, dots and spaces at the end of a part are dropped. Markup and formulas stay: showing text as text is
    the reader's duty.
    """
    return "/".join(_safe_part(part) for part in parts_of(tidy(name)))


def _safe_part(part: str) -> str:
    shown = _CONTROL_OR_BIDI.sub("\ufffd", part).translate(_FORBIDDEN_IN_WINDOWS).rstrip(". ") or "_"
    return f"_{shown}" if _RESERVED.fullmatch(shown) else shown


def collision_key(name: str) -> str:
    """Give equal keys to names that some file system cannot keep apart."""
    return unicodedata.normalize("NFC", safe_name(name).casefold())


def shown(text: str, limit: int = 120) -> str:
    """Shorten and disarm a stranger's text for a message: no control characters, at most `limit` characters."""
    clean = _CONTROL_OR_BIDI.sub("\ufffd", text)
    return clean if len(clean) <= limit else f"{clean[: limit // 2]}…{clean[-limit // 2 + 1 :]}"


def is_hidden(name: str) -> bool:
    """Whether a file is one that systems keep for themselves: dot files, `__MACOSX`, thumbnails of a file manager.

    A last part that is nothing but a picture's ending (`.png`) is a picture without a name, not a hidden file.
    """
    parts = parts_of(name)
    if any(part.startswith(".") or part == "__MACOSX" for part in parts[:-1]):
        return True
    last = parts[-1] if parts else ""
    if last.lower() in ("thumbs.db", "desktop.ini"):
        return True
    return last.startswith(".") and last[1:].lower() not in _PICTURE_ENDINGS


def claims_picture(name: str) -> bool:
    """Whether the ending of a name claims a picture: then it is reported loudly that it is none."""
    last = parts_of(name)[-1:] or [""]
    return last[0].rpartition(".")[2].lower() in _PICTURE_ENDINGS and "." in last[0]


def leaves_folder(name: str) -> bool:
    """Whether any reading of a name climbs out of the folder it is unpacked into.

    Readings: as it stands, percent-decoded up to three times, and each in compatibility form (full-width dots and
    slashes). A part counts as climbing when only dots are left of it once spaces at its ends are dropped.
    """
    reading = name
    for _ in range(_TIMES_DECODED + 1):
        if any(_climbs(form) for form in (reading, unicodedata.normalize("NFKC", reading))):
            return True
        reading = unquote(reading)
    return False


def _climbs(name: str) -> bool:
    slashed = name.replace("\\", "/")
    if slashed.startswith("/") or _DRIVE.match(name) or "\x00" in name:
        return True
    parts = slashed.split("/")
    if len(parts) > 1 and parts[0].startswith("~"):
        return True
    return any(".." in part and not part.strip(" .\t\r\n") for part in parts)


def readings_of(raw: bytes, *, utf8: bool) -> tuple[str, list[str]]:
    """Decode a name of an archive.

    Args:
        raw: the bytes as stored.
        utf8: whether the archive says that they are UTF-8.

    Returns:
        The name to use, and all readings that must be judged: some programs would read over-long UTF-8 as dots and
        slashes. Without the mark, valid UTF-8 is still taken as such; anything else is code page 437, as the format
        says. Bytes marked as UTF-8 that are none give an empty name.
    """
    lenient = _OVERLONG.sub(_shortest, raw).decode("latin-1")
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        name = "" if utf8 else raw.decode("cp437")
    return name, [name, lenient, raw.decode("cp437")]


def _shortest(match: re.Match[bytes]) -> bytes:
    plain, high, three, four = match.groups()
    tail = plain or high or three or four
    return bytes([(tail[0] & 0x3F) | (0x40 if high else 0)])
