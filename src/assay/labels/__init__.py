"""Label schemas: the versioned classes, attributes, shapes and checkable rules of a project."""

from assay.labels.actions import publish_schema
from assay.labels.errors import SchemaInvalidError, SchemaNotFoundError
from assay.labels.model import Attribute, AttributeKind, ClassRules, LabelClass, LabelSchema
from assay.labels.queries import current_schema_version, get_schema, list_schemas, schema_in
from assay.labels.rules import checked_classes, class_from_json, class_id, class_to_json
from assay.labels.store import newest_version as newest_schema_version

__all__ = [
    "Attribute",
    "AttributeKind",
    "ClassRules",
    "LabelClass",
    "LabelSchema",
    "SchemaInvalidError",
    "SchemaNotFoundError",
    "checked_classes",
    "class_from_json",
    "class_id",
    "class_to_json",
    "current_schema_version",
    "get_schema",
    "list_schemas",
    "newest_schema_version",
    "publish_schema",
    "schema_in",
]
