from __future__ import absolute_import
from pyspark.ml.linalg import VectorUDT, Vectors
import pickle
import os
import json
import numpy as np
import mlsql
import python_fun
import importlib
import importlib.machinery
import mlsql

## get resource file path
model_module_path = mlsql.internal_system_param['resource']['b']


def predict(index, sample):
    # use importlib to load resource python script dynamically
    model_module = importlib.machinery.SourceFileLoader("AttenLSTM_mlsql_resource_noEmb", model_module_path)
    mm = model_module.load_module()
    # use module method to predict
    return mm.predict(1, sample)

python_fun.udf(predict)
