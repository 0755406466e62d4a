"""The words between the server and its decoding child: length-prefixed frames, JSON for facts, raw bytes for pictures.

No pickle. The child is taken for hostile: lengths are capped before they are read, every fact is checked, and each
answer must repeat the random token of its question.
"""

from __future__ import annotations

import struct

TOKEN_BYTES = 16
REQUEST = struct.Struct(f"<4s{TOKEN_BYTES}sI")
"""Mark, token, bytes of the picture that follow."""
REPLY = struct.Struct(f"<4s{TOKEN_BYTES}s4I")
"""Mark, token, bytes of: facts (JSON), luma (1024 or 0), thumbnail, served copy (0 when it equals the request)."""
ASK, TILE, ANSWER, HELLO = b"ASK1", b"TIL1", b"ANS1", b"HEY1"
"""`TILE` asks for the deep zoom pyramid of a picture: an archive of tiles comes in the place of the served copy."""
MAX_FACTS_BYTES = 1 << 16
MAX_THUMBNAIL_BYTES = 1 << 20
LUMA_PX = 32
"""The child sends the picture as LUMA_PX x LUMA_PX grey values; the perceptual hash is made of them outside."""
