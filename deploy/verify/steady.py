"""Takes `seconds`, and leaves a model that nobody could mistake for another group's."""

import os
import time

import mlsql

n = int(mlsql.fit_param["n"])
rows = sum(len(items) for items in mlsql.read_data()(max_records=100))
print("group %d begins with %d rows" % (n, rows))
end = time.monotonic() + float(mlsql.fit_param["seconds"])
while time.monotonic() < end:
    time.sleep(0.1)
target = mlsql.internal_system_param["tempModelLocalPath"]
os.makedirs(target, exist_ok=True)
with open(os.path.join(target, "answer.txt"), "w") as file:
    file.write("%d of %d rows" % (7 * n, rows))
print("mlsql_validation_score:%d" % n)
