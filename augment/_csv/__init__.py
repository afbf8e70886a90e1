"""CSV files as pandas frames and back: a type is found for a column only where no digit and no word of it is lost."""

from augment._csv.reading import read_csv
from augment._csv.writing import write_csv

__all__ = ["read_csv", "write_csv"]
