import { expect, test } from 'vitest';
import type { AttemptUpdate } from '../../shared/rpc/gen/mlsql/v1/AttemptUpdate.js';
import { AttemptNews } from './attempt-news.js';

const id = { jobId: 'job-1', algIndex: 0, attempt: 1, epoch: 1 };

function newsWithClock(): { news: AttemptNews; sent: AttemptUpdate[]; tick: () => void } {
  const sent: AttemptUpdate[] = [];
  let timers: (() => void)[] = [];
  const after = (_delayMs: number, callback: () => void): (() => void) => {
    timers.push(callback);
    return () => {
      timers = timers.filter((timer) => timer !== callback);
    };
  };
  const news = new AttemptNews(id, { now: () => 0, after }, (update) => sent.push(update));
  return { news, sent, tick: () => timers.splice(0).forEach((timer) => void timer()) };
}

test('news of a moment are told together, the end of the script at once', () => {
  const { news, sent, tick } = newsWithClock();
  news.enter('syncing');
  tick();
  news.enter('starting');
  news.addBytesSynced(10);
  news.enter('running');
  expect(sent).toHaveLength(1);
  tick();
  expect(sent.map((update) => [update.phase, update.bytesSynced])).toEqual([
    ['syncing', 0],
    ['running', 10],
  ]);
  for (const line of [
    'mlsql_progress:0.1',
    'noise',
    'mlsql_metric:loss=2',
    'mlsql_metric:loss=1',
    'mlsql_validation_score:-0.5',
  ]) {
    news.observe(line);
  }
  expect(sent).toHaveLength(2);
  tick();
  expect(sent.slice(2)).toEqual([
    { id, phase: 'running', progress: 0.1, metrics: { loss: 1 }, score: -0.5, bytesSynced: 10, warnings: [] },
  ]);
  tick();
  expect(sent).toHaveLength(3);
  news.observe('mlsql_progress:0.9');
  news.enter('uploading');
  expect(sent.slice(3).map((update) => [update.phase, update.progress])).toEqual([['uploading', 0.9]]);
  tick();
  expect(sent).toHaveLength(4);
});

test('the last score counts, and one that is no number takes the earlier ones back with a warning', () => {
  const { news, sent } = newsWithClock();
  news.observe('mlsql_validation_score:0.9');
  news.observe('mlsql_validation_score:nan');
  news.end('succeeded', {});
  expect(sent).toHaveLength(1);
  expect(sent[0]).not.toHaveProperty('score');
  expect(sent[0]?.warnings).toMatchObject([
    { code: 'MLSQL_TRAIN_NO_SCORE', message: expect.stringContaining('"nan"') },
  ]);
});

test('a warning is told once, and again to whoever asks for everything', () => {
  const { news, sent, tick } = newsWithClock();
  const warning = { code: 'MLSQL_TASK_PYTHON_VERSION', message: 'other version' };
  news.warn(warning);
  tick();
  news.enter('uploading');
  expect(sent.map((update) => update.warnings)).toEqual([[warning], []]);
  expect(news.snapshot().warnings).toEqual([warning]);
});

test('nothing follows the last update', () => {
  const { news, sent, tick } = newsWithClock();
  news.observe('mlsql_progress:0.5');
  news.end('failed', { cause: 'exit' });
  news.observe('mlsql_progress:0.6');
  news.enter('running');
  tick();
  expect(sent.map((update) => [update.phase, update.failure?.cause])).toEqual([['failed', 'exit']]);
  expect(news.snapshot()).toBe(sent[0]);
});
