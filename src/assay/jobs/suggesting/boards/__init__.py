"""Finds defects on boards by comparing with a template: difference proposals, then a small convolutional network."""

from assay.jobs.suggesting.boards.net import SmallNet as SmallNet
from assay.jobs.suggesting.boards.net import train_net as train_net
from assay.jobs.suggesting.boards.proposals import crops_of as crops_of
from assay.jobs.suggesting.boards.proposals import propose as propose
from assay.jobs.suggesting.boards.runner import BoardBoxes as BoardBoxes
from assay.jobs.suggesting.boards.runner import pack_boards as pack_boards
