"""Trains any scikit-learn classifier that the script names, on rows with a features vector and a label.

fitParam.N.moduleName and fitParam.N.className choose the algorithm; every other parameter that the algorithm knows
(fitParam.N.C, fitParam.N.n_estimators, …) is set on it. The resource `classes` is a JSON file with the labels' names.
"""

import json
import os
import pickle

import importlib
import mlsql
import numpy as np
from pyspark.ml.linalg import Vectors

params = mlsql.fit_param


def to_array(features):
    """A features value as it stands in the JSON files: a plain array, a dense or a sparse vector."""
    if isinstance(features, list):
        return np.array(features)
    if features["type"] == 1:
        return np.array(features["values"])
    return Vectors.sparse(features["size"], features["indices"], features["values"]).toArray()


def load(folder):
    X, y = [], []
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".json"):
            continue
        with open(os.path.join(folder, name)) as file:
            for line in file:
                row = json.loads(line)
                X.append(to_array(row["features"]))
                y.append(row["label"])
    return np.array(X), np.array(y)


with open(mlsql.internal_system_param["resource"]["classes"]) as file:
    classes = json.load(file)

X, y = load(mlsql.internal_system_param["tempDataLocalPath"])
print("read %d rows of %d features, %d classes" % (X.shape[0], X.shape[1], len(classes)))

model = getattr(importlib.import_module(params["moduleName"]), params["className"])()
mlsql.sklearn_configure_params(model)
print("training", model)
print("mlsql_progress:0.2")
model.fit(X, y)

X_validate, y_validate = mlsql.get_validate_data()
score = model.score(X_validate, y_validate)
print("mlsql_metric:train_accuracy=%f" % model.score(X, y))
print("mlsql_validation_score:%f" % score)

folder = mlsql.internal_system_param["tempModelLocalPath"]
if not os.path.exists(folder):
    os.makedirs(folder)
with open(os.path.join(folder, "model.pkl"), "wb") as file:
    pickle.dump(model, file)
