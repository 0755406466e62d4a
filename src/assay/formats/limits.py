"""The limits of what is read from files, in one place; each is stated in docs/formats.md."""

from __future__ import annotations

MIB = 1 << 20

MAX_DATASET_BYTES = 4096 * MIB  # a COCO, CVAT or Label Studio file for a whole set; read as a stream
MAX_DOCUMENT_BYTES = 64 * MIB  # one LabelMe file; it may embed its picture
MAX_XML_DOCUMENT_BYTES = 8 * MIB  # one Pascal VOC file
MAX_TEXT_BYTES = 16 * MIB  # one YOLO label file, one list of pictures
MAX_YAML_BYTES = 1 * MIB
MAX_ELEMENT_CHARS = 64 * MIB  # one row of a streamed JSON file

MAX_DEPTH = 64  # nested levels of XML and YAML
MAX_XML_ATTRIBUTES = 256  # on one element
MAX_XML_ELEMENTS = 1_000_000  # in one picture or one document
MAX_XML_SILENCE_BYTES = 16 * MIB  # read without one complete token

MAX_CLASSES = 50_000
MAX_NAME_CHARS = 500  # of a class, an author or an attribute
MAX_ATTRIBUTE_BYTES = 65_536  # all attributes of one mark
MAX_ATTRIBUTE_DEPTH = 8
MAX_RING_POINTS = 20_000
MAX_MARKS_PER_ITEM = 100_000
MAX_PX = 1e7  # largest coordinate
MIN_SIDE_PX = 1e-6  # thinner boxes and polygons are empty
MAX_SIDE_PX = 1_000_000  # largest width or height of a picture
MAX_MASK_PX = 200_000_000  # largest picture a mask may cover
MAX_BRUSH_PX = 40_000_000  # largest picture a brush mask may cover; it unpacks to four bytes a pixel
MAX_FILES = 2_000_000

MAX_NOTES = 1_000  # notes of one kind kept in a report; all are counted
MAX_RINGS_CHECKED = 20_000  # rings looked at for crossing themselves, in one read
MAX_RING_CHECKED_POINTS = 300
