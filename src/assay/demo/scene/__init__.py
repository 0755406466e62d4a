"""Drawing of machined parts on a tray under a lamp; `assay.demo.pictures` is what others use."""
