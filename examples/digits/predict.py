"""Predicts with the model that train.py saved: a batch of rows at a time."""

import os
import pickle

import python_fun

models = {}


def predict(X, model_path):
    if model_path not in models:
        with open(os.path.join(model_path, "model.pkl"), "rb") as file:
            models[model_path] = pickle.load(file)
    return models[model_path].predict(X)


python_fun.udf_batch(predict)
