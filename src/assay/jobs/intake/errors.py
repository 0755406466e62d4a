"""What can go wrong with a picture, an archive or a source; each refusal carries one of these codes."""

from __future__ import annotations

from typing import ClassVar

from assay.kernel.errors import AssayError, InvalidInputError, NotAllowedError, NotFoundError, UnavailableError


class IntakeError(AssayError):
    """Something that arrives cannot be taken in.

    Attributes:
        reason: the message without the name of the thing, as an import report lists it.
        name: the file or member, as the sender called it; never a path of the server.
    """

    default_hint: ClassVar[str] = ""

    def __init__(self, reason: str, *, name: str = "", hint: str = "") -> None:
        super().__init__(f"{name}: {reason}" if name else reason, hint=hint or self.default_hint)
        self.reason = reason
        self.name = name


class PictureError(IntakeError, InvalidInputError):
    """One picture is refused; the others go on."""


class ArchiveError(IntakeError, InvalidInputError):
    """An archive is refused whole; nothing of it is kept."""


class EmptyFileError(PictureError):
    """There is nothing in the file."""

    code = "intake.empty_file"
    default_hint = "Copy the file again from its source."


class FileTooLargeError(PictureError):
    """The file has more bytes than one picture may have."""

    code = "intake.file_too_large"
    default_hint = "Save it with compression, cut it into tiles, or ask for a higher limit."


class FormatNotAllowedError(PictureError):
    """The content is of a known format that is not taken."""

    code = "intake.format_not_allowed"
    default_hint = "Convert it to PNG, JPEG, WebP, TIFF, BMP or GIF."


class UnknownFormatError(PictureError):
    """The content is of no format that is known here."""

    code = "intake.unknown_format"
    default_hint = "Check that it is a picture: the content counts, not the ending of the name."


class OtherFileError(PictureError):
    """A file beside the pictures that is none and does not claim to be one."""

    code = "intake.other_file"


class CorruptImageError(PictureError):
    """The picture is damaged: a part is missing or contradicts another."""

    code = "intake.corrupt_image"
    default_hint = "Copy the file again from its source; a damaged picture would be labelled on grey filler."


class TooManyPixelsError(PictureError):
    """The header declares more pixels than one picture may have."""

    code = "intake.too_many_pixels"
    default_hint = "Cut it into tiles or scale it down."


class TooMuchMemoryError(PictureError):
    """Decoding needs more memory than one picture may have."""

    code = "intake.too_much_memory"
    default_hint = "Save it as a plain (not progressive, not interlaced) 8-bit file, or cut it into tiles."


class TooSlowError(PictureError):
    """Decoding needs more time than one picture may have."""

    code = "intake.too_slow"
    default_hint = "Save it again with an ordinary program, or cut it into tiles."


class MetadataTooLargeError(PictureError):
    """The text and profile chunks unpack to more than is allowed."""

    code = "intake.metadata_too_large"
    default_hint = "Save it without metadata."


class TooManyScansError(PictureError):
    """The JPEG has more scans than any real one."""

    code = "intake.too_many_scans"
    default_hint = "Save it again with an ordinary program."


class UnsupportedPixelsError(PictureError):
    """The pixels are of a kind that cannot be shown without a choice of ours."""

    code = "intake.unsupported_pixels"
    default_hint = "Convert it to 8 or 16 bits a channel, grey or RGB."


class DecoderDiedError(PictureError):
    """The decoder ended on this file; the file is refused and the decoder replaced."""

    code = "intake.decoder_died"
    default_hint = "Save it again with an ordinary program; please report the file."


class UnsafeLinkError(PictureError):
    """A link that leaves the folder, or leads to no plain file."""

    code = "intake.unsafe_link"
    default_hint = "Put the file itself into the folder."


class SpecialFileError(PictureError):
    """A device, pipe or socket."""

    code = "intake.special_file"
    default_hint = "Only plain files are read."


class UnreadableFileError(PictureError):
    """The file is there and cannot be read."""

    code = "intake.unreadable_file"
    default_hint = "Check its permissions, or copy it again."


class BadNameError(PictureError):
    """A name too long, too deep or not text."""

    code = "intake.bad_name"
    default_hint = "Rename it."


class DuplicateNameError(PictureError):
    """Two files of one folder have the same name once it is normalised."""

    code = "intake.duplicate_name"
    default_hint = "Rename one of the two."


class UnsafeArchiveError(ArchiveError):
    """A member leaves the folder, links, contradicts itself or hides another."""

    code = "intake.unsafe_archive"
    default_hint = "Pack the folder again with an ordinary program; nothing of this archive was kept."


class EncryptedArchiveError(ArchiveError):
    """A member is encrypted."""

    code = "intake.encrypted_archive"
    default_hint = "Pack it without a password; nothing of this archive was kept."


class UnsupportedCompressionError(ArchiveError):
    """A member is packed by a method that is not read."""

    code = "intake.unsupported_compression"
    default_hint = "Pack it as an ordinary zip (deflate) or tar.gz; nothing of this archive was kept."


class CorruptArchiveError(ArchiveError):
    """The archive is cut or damaged."""

    code = "intake.corrupt_archive"
    default_hint = "Copy it again from its source; nothing of this archive was kept."


class ArchiveTooLargeError(ArchiveError):
    """The archive unpacks to more than is allowed."""

    code = "intake.archive_too_large"
    default_hint = "Split it, or import the unpacked folder; nothing of this archive was kept."


class NestedArchiveError(ArchiveError):
    """An archive inside the archive."""

    code = "intake.nested_archive"
    default_hint = "Unpack the inner archive first; nothing of this archive was kept."


class EmptyArchiveError(ArchiveError):
    """The archive has no file in it."""

    code = "intake.empty_archive"


class ArchiveFormatError(ArchiveError):
    """The file is no archive that is read here."""

    code = "intake.archive_format_not_allowed"
    default_hint = "Pack the pictures as zip, tar or tar.gz."


class SourceNotFoundError(IntakeError, NotFoundError):
    """There is no such folder, file or prefix."""

    code = "intake.source_not_found"
    default_hint = "Check the address."


class HostNotAllowedError(IntakeError, NotAllowedError):
    """The object store is on a host that the server may not speak to."""

    code = "intake.host_not_allowed"
    default_hint = "An administrator can add the host to the list of allowed stores."


class StoreUnavailableError(IntakeError, UnavailableError):
    """The object store does not answer, or refuses the server."""

    code = "intake.store_unavailable"
    default_hint = "Try again; if it stays, check the store's address and credentials."


class SandboxError(IntakeError, UnavailableError):
    """The limited decoder cannot be started on this machine."""

    code = "intake.no_decoder"
    default_hint = "Run `assay doctor`."


FROM_CHILD: dict[str, type[PictureError]] = {
    kind.code: kind
    for kind in (
        CorruptImageError,
        TooManyPixelsError,
        TooMuchMemoryError,
        TooSlowError,
        MetadataTooLargeError,
        TooManyScansError,
        UnsupportedPixelsError,
        FormatNotAllowedError,
        DecoderDiedError,
    )
}
"""The refusals that the child may give, by code; any other code from it is a breach of protocol."""
