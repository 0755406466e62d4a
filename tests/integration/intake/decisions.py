"""What each word of the hostile set's manifest allows as an answer, and the choices where it allows several.

An answer is a code of a refusal, or `accepted`. The choice column is documented in docs/intake.md.
"""

from __future__ import annotations

ACCEPTED = "accepted"
TYPE = frozenset({"intake.format_not_allowed", "intake.unknown_format", "intake.archive_format_not_allowed"})
CORRUPT = frozenset({"intake.corrupt_image", "intake.empty_file", "intake.corrupt_archive"})
LIMIT = frozenset(
    {
        "intake.too_many_pixels",
        "intake.too_much_memory",
        "intake.too_slow",
        "intake.metadata_too_large",
        "intake.too_many_scans",
        "intake.file_too_large",
        "intake.archive_too_large",
    }
)
UNSAFE = frozenset({"intake.unsafe_archive", "intake.encrypted_archive", "intake.unsupported_compression"})
PIXELS = frozenset({"intake.unsupported_pixels"})
OK = frozenset({ACCEPTED})
ANY_PICTURE = OK | TYPE | CORRUPT | LIMIT | PIXELS

PICTURES: dict[str, frozenset[str]] = {
    "accept": OK,
    "accept_normalised": OK,
    "accept_as_1": OK,
    "accept_stripped": OK,
    "accept_reencoded": OK,
    "accept_or_limit": OK,  # exactly at the limit is allowed
    "accept_or_reject": ANY_PICTURE,
    "accept_stripped_or_reject": ANY_PICTURE,
    "reject_or_accept_no_crash": ANY_PICTURE,
    "reject_or_accept_in_time": OK | CORRUPT | LIMIT,
    "reject_corrupt_or_accept": OK | CORRUPT,
    "reject_corrupt": CORRUPT,
    "reject_type": TYPE,
    # A format that is not taken is refused before its size is looked at: nothing of it is unpacked either way.
    "reject_limit": LIMIT | {"intake.format_not_allowed"},
}
"""Words for single pictures and drawings."""

WHOLE: dict[str, frozenset[str]] = {
    "reject_archive": UNSAFE,
    "reject_corrupt": CORRUPT,
    "reject_limit": LIMIT,
    "reject_type": TYPE,
    "reject_or_rule": UNSAFE,  # two members of one name: refused
    "accept_both_or_reject": UNSAFE,  # names equal once normalised: refused
    "reject_or_empty": frozenset({"intake.empty_archive"}),  # no members: refused
}
"""Words for archives that are refused whole."""

MEMBERS: dict[str, frozenset[str]] = {
    "accept": OK,
    "accept_escaped": OK,
    "accept_ignored": OK,
    "accept_renamed_or_reject": OK,  # accepted, with a display name that every system can hold
    "accept_with_warning": OK | {"intake.other_file"},  # pairing labels with pictures is the label readers' part
    "reject_limit_or_accept_errors": frozenset({"intake.empty_file"}),  # 10,000 empty members: each is refused
    "reject_or_rename": frozenset({"intake.bad_name"}),  # a name over 255 bytes: that member is refused
}
"""Words for archives whose members are answered one by one."""

EXPECTED_MEMBERS: dict[str, list[str]] = {
    "control_good.zip": ["images/a.png", "images/b.png"],
    "zip_dotfiles.zip": ["a.png"],
    "zip_windows_names.zip": ["CON.png", "aux.jpg", "a.png:stream", "trail. "],
    "zip_formula_names.zip": ['=HYPERLINK("http://127.0.0.1:9","x").png', "+1+1.png", "@SUM(1).png", "-2.png"],
    "zip_html_names.zip": [
        '"><img src=x onerror=parent.ASSAY_XSS=1>.png',
        "';alert(1)//.png",
        "a\u202egnp.exe.png",
        "a\r\nX-Assay: 1.png",
    ],
    "yolo_same_stem.zip": ["images/a.png", "images/a.jpg"],
    "yolo_case_ext.zip": ["images/A.PNG"],
}
"""The accepted names of archives, exactly as they came."""
