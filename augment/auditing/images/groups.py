"""Are the groups of images there, with their outcomes? The checks of tables, on the attributes beside the images.

Attributes of synthetic images that were not given are guessed: see `guessed_groups`.
"""

from dataclasses import replace

from augment.auditing import growth, outcomes, representation
from augment.auditing.check import NotAssessed
from augment.auditing.images import guessed_groups


def of_attributes(check, guess=None):
    """A check of tables as one of images: on the table of attributes, whose target are the labels.

    Parameters
    ----------
    check : Check
    guess : callable (ImageData, numpy.random.Generator) -> list of Finding, optional
        What to do where the attributes of synthetic images are unknown.
    """
    needs_labels = "target" in check.needs

    def function(data, rng):
        table = data.groups
        if len(table.synthetic):
            if needs_labels and table.target is None:
                raise NotAssessed("Needs labels of train and synthetic: (images, labels, attributes).")
            return check.function(replace(table, thresholds=data.thresholds), rng)
        if guess is None:
            raise NotAssessed("Needs attributes of synthetic images: give synthetic as (images, labels, attributes).")
        return guess(data, rng)

    thresholds = {check.id: check.thresholds[check.id]}
    return replace(check, function=function, needs=("attributes",), thresholds=thresholds)


CHECKS = [
    of_attributes(representation.REPRESENTATION, guessed_groups.representation),
    of_attributes(outcomes.OUTCOMES, guessed_groups.outcomes),
    *(of_attributes(check) for check in growth.CHECKS),
]
