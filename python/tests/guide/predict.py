from __future__ import absolute_import
from pyspark.ml.linalg import VectorUDT, Vectors
import pickle
import os

run_for_test = False
if run_for_test:
    import mlsql.python_fun
else:
    import python_fun


def predict(index, s):
    ## 大家照着写就好了
    items = [i for i in s]
    modelPath = pickle.loads(items[1])[0] + "/model.pkl"

    if not hasattr(os, "mlsql_models"):
        setattr(os, "mlsql_models", {})
    if modelPath not in os.mlsql_models:
        print("Load sklearn model %s" % modelPath)
        os.mlsql_models[modelPath] = pickle.load(open(modelPath, "rb"))

    model = os.mlsql_models[modelPath]
    ## 获取到预测的向量
    rawVector = pickle.loads(items[0])
    ## 我们需要反序列化
    feature = VectorUDT().deserialize(rawVector)
    ## 转化为python数组后进行预测
    y = model.predict([feature.toArray()])
    ## 把结果转化为vector然后再序列化返回
    return [VectorUDT().serialize(Vectors.dense(y))]

## 方便本地测试
if run_for_test:
    import json

    model_path = '/tmp/__mlsql__/3242514c-4113-4105-bdc5-9987b28f9764/0'
    data_path = '/Users/allwefantasy/Downloads/data1/part-00000-03769d42-1948-499b-8d8f-4914562bcfc8-c000.json'

    with open(file=data_path) as f:
        for line in f.readlines():
            s = []
            wow = json.loads(line)['features']
            feature = Vectors.sparse(wow["size"], list(zip(wow["indices"], wow["values"])))
            s.insert(0, pickle.dumps(VectorUDT().serialize(feature)))
            s.insert(1, pickle.dumps([model_path]))
            print(VectorUDT().deserialize(predict(1, s)[0]))

python_fun.udf(predict)
