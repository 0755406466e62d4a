"""What runs inside the limited child: it decodes, and can do nothing else. Imports no other part of Assay."""
