// biome-ignore-all lint/suspicious/noTemplateCurlyInString: scripts hold placeholders of their own
// The scripts of the user guide, as its readers have them: they must parse as they stand.
import { expect, test } from 'vitest';
import { parseScript } from './parser.js';

test('the sklearn train: comments between options, where first, groups commented out', () => {
  const [train] = parseScript(`-- train sklearn model
train data as PythonAlg.\`\${modelPath}\` 

-- specify the location of the training script 
where pythonScriptPath="\${sklearnTrainPath}"

-- kafka params for log
and \`kafkaParam.bootstrap.servers\`="\${kafkaDomain}"
and \`kafkaParam.topic\`="test"
and \`kafkaParam.group_id\`="g_test-2"
and \`kafkaParam.userName\`="pi-algo"
-- distribute training data, so the python training script can read 
and  enableDataLocal="true"
and  dataLocalFormat="json"

-- sklearn params
-- use SVC
and \`fitParam.0.moduleName\`="sklearn.svm"
and \`fitParam.0.className\`="SVC"
and \`fitParam.0.featureCol\`="features"
and \`fitParam.0.labelCol\`="label"
and \`fitParam.0.class_weight\`="balanced"
and \`fitParam.0.verbose\`="true"

-- and \`fitParam.1.moduleName\`="sklearn.naive_bayes"
-- and \`fitParam.1.className\`="GaussianNB"
-- 贝叶斯会采用partial_fit,所以需要事先告诉分类数目
-- and \`fitParam.1.labelSize\`="26"

-- python env
and \`systemParam.pythonPath\`="python"
and \`systemParam.pythonParam\`="-u"
and \`systemParam.pythonVer\`="2.7";`).statements;
  expect(train).toMatchObject({ kind: 'train', table: { value: 'data' }, path: { value: '${modelPath}' } });
  expect(train?.kind === 'train' && train.options.map((option) => option.key.value)).toEqual([
    'pythonScriptPath',
    'kafkaParam.bootstrap.servers',
    'kafkaParam.topic',
    'kafkaParam.group_id',
    'kafkaParam.userName',
    'enableDataLocal',
    'dataLocalFormat',
    'fitParam.0.moduleName',
    'fitParam.0.className',
    'fitParam.0.featureCol',
    'fitParam.0.labelCol',
    'fitParam.0.class_weight',
    'fitParam.0.verbose',
    'systemParam.pythonPath',
    'systemParam.pythonParam',
    'systemParam.pythonVer',
  ]);
});

test('register with comments before its semicolon, and a select over its table', () => {
  const { statements } = parseScript(`-- specify the location of python predict script 
register PythonAlg.\`\${modelPath}\` as predict options 
pythonScriptPath="\${sklearnPredictPath}"
-- we also can specify which model to use
-- and algIndex="0"
;


select predict(features) as predict_label, label from validate_data 
as validate_data;
`);
  expect(statements).toMatchObject([
    { kind: 'register', name: { value: 'predict' }, options: [{ key: { value: 'pythonScriptPath' } }] },
    {
      kind: 'select',
      sql: { value: 'select predict(features) as predict_label, label from validate_data' },
      table: { value: 'validate_data' },
    },
  ]);
});

test('a resource set off by lines of dashes, and a comma-separated value', () => {
  const { statements } = parseScript(`
set trainScriptPath="/semantic_match/AttenLSTM_mlsql_train_noEmb.py";
set resourceAPath="/semantic_match/AttenLSTM_mlsql_resource_noEmb.py";


train zhuml_corpus_featurize_training as PythonAlg.\`\${modelPath}\` 
where pythonScriptPath="\${trainScriptPath}"
-- here specify AttenLSTM_mlsql_resource_noEmb.py as resource python script
------------------------------------------------
and \`fitParam.0.resource.b\`="\${resourceAPath}"
------------------------------------------------

and \`fitParam.0.train_sample_weight\`="1.9691380349608198,4.10711591651999,4.0211718365337275"

-- python env
and \`systemParam.pythonPath\`="/usr/local/anaconda3/bin/python"
and \`systemParam.pythonVer\`="3.6";

`);
  expect(statements.map((statement) => statement.kind)).toEqual(['set', 'set', 'train']);
  expect(statements[2]).toMatchObject({ options: { length: 5 } });
});

test('a look into a version, and register by its number', () => {
  const { statements } = parseScript(`load parquet.\`/tmp/william/pa_model_k/_model_n/meta/0\` as modelInfo;
select * from modelInfo as result;
register PythonAlg.\`/tmp/william/pa_model_k\` as predict options
modelVersion="1" ;
`);
  expect(statements.map((statement) => statement.kind)).toEqual(['load', 'select', 'register']);
});
