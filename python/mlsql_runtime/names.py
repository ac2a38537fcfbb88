"""Environment variables by which the processes of an attempt or a function know each other."""

#: Path of spec.json, for the script's process and all its children.
SPEC_VARIABLE = "MLSQL_SPEC"
#: Set for the attempt's first process alone, which tells about its interpreter before the script. Three parts, with
#: semicolons between: the expected version, ``validate`` where there is a validate table, the expected packages.
START_VARIABLE = "MLSQL_START"
#: Set below an MLproject command, where any process may be the one whose error counts: the folder for its error.json.
RECORD_VARIABLE = "MLSQL_RECORD_ERRORS"
#: Set below the command of a predict script: the file that takes the function handed to python_fun.
FUNCTION_FILE_VARIABLE = "MLSQL_FUNCTION_FILE"
