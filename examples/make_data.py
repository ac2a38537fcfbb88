"""Writes the data sets inside scikit-learn as files: digits as libsvm, breast cancer as JSON lines and CSV.

Usage: python make_data.py FOLDER. A file that is there already is left as it is. Every fifth row is held back for
testing, so that training and held-back files never share a row.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from pathlib import Path

from sklearn.datasets import load_breast_cancer, load_digits, dump_svmlight_file

HELD_BACK_EVERY = 5


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)

    digits = load_digits()
    held = [i % HELD_BACK_EVERY == 0 for i in range(len(digits.target))]
    for name, keep in (("digits_train.libsvm", False), ("digits_test.libsvm", True)):
        rows = [i for i, h in enumerate(held) if h == keep]
        write(folder / name, lambda path: dump_svmlight_file(digits.data[rows], digits.target[rows], str(path), zero_based=False))

    cancer = load_breast_cancer()
    names = [str(name).replace(" ", "_") for name in cancer.feature_names]
    train = [i for i in range(len(cancer.target)) if i % HELD_BACK_EVERY != 0]
    test = [i for i in range(len(cancer.target)) if i % HELD_BACK_EVERY == 0]

    def json_lines(path: Path) -> None:
        with open(path, "w", encoding="utf-8") as file:
            for i in train:
                file.write(json.dumps({"features": cancer.data[i].tolist(), "label": int(cancer.target[i])}) + "\n")

    def csv_file(path: Path) -> None:
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*names, "label"])
            for i in test:
                writer.writerow([*(repr(float(value)) for value in cancer.data[i]), int(cancer.target[i])])

    write(folder / "cancer_train.json", json_lines)
    write(folder / "cancer_test.csv", csv_file)


def write(path: Path, make: object) -> None:
    """Calls make(temporary path) and renames, so that a file is there whole or not at all."""
    if path.exists():
        return
    partial = path.with_name(path.name + ".partial")
    make(partial)  # type: ignore[operator]
    os.replace(partial, path)


if __name__ == "__main__":
    main()
