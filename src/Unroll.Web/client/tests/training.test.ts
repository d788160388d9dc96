import { describe, expect, it } from 'vitest';
import { keptEpoch, labelsOf, type Epoch, type Run, type Summary } from '../src/data';
import { ended, settingsThatDiffer } from '../src/training/comparison';
import { valueText } from '../src/training/configuration';
import { sharesOfRows } from '../src/training/confusion';
import { curveLines } from '../src/training/curves';
import { name } from '../src/training/lengths';
import { comparedScores } from '../src/training/scores';
import { run } from './samples';

const epoch = (number: number, best: boolean, devLoss?: number): Epoch => ({
  epoch: number, train_loss: 1 / number, learning_rate: 0.1, gradient_norm: 1, clipped_share: 0, train_seconds: 1,
  tokens_per_second: 1, peak_mb: 1, best, ...(devLoss === undefined ? {} : { dev_loss: devLoss }),
});

const curves = [
  { name: 'training', value: (one: Epoch) => one.train_loss },
  { name: 'dev', value: (one: Epoch) => one.dev_loss },
];

it('the kept epoch is the last that was better than all before it', () => {
  expect(keptEpoch({ ...run, metrics: [epoch(1, true), epoch(2, true), epoch(3, false)] })?.epoch).toBe(2);
  expect(keptEpoch(run)).toBeUndefined();
});

it('labels stand in the order of the classes, which the keys of an object would not keep', () => {
  const scores = { precision: 1, recall: 1, f1: 1, support: 1 };
  const evaluation = {
    rows: 2, accuracy: 1, macro_f1: 1, ece: 0, loss: 0, labels: { 10: scores, 9: scores }, confusion: [[1, 0], [0, 1]],
    unknown_labels: {}, mistakes: [],
  };
  expect(labelsOf({ ...run, config: { labels: ['10', '9'] }, evaluation })).toEqual(['10', '9']);
  expect(labelsOf({ ...run, evaluation })).toEqual(['9', '10']);
});

it('models of several labels a text are compared by micro-F1 too', () => {
  const names = (summary: Summary): string[] => comparedScores(summary).map(([, name]) => name);
  expect(names({ dev_accuracy: 1 })).toEqual(['dev accuracy', 'dev macro-F1']);
  expect(names({ dev_accuracy: 1, dev_micro_f1: 1, test_accuracy: 1 })).toEqual([
    'dev accuracy', 'dev micro-F1', 'dev macro-F1', 'test accuracy', 'test micro-F1', 'test macro-F1',
  ]);
});

describe('curves', () => {
  it('what was not measured has no line', () => {
    expect(curveLines([{ name: 'a', metrics: [epoch(1, true), epoch(2, false)] }], curves))
      .toEqual([{ name: 'training', points: [[1, 1], [2, 0.5]] }]);
  });

  it('several runs have a colour each, their curves a dash each', () => {
    const metrics = [epoch(1, true, 0.5)];
    const lines = curveLines([{ name: 'a', metrics }, { name: 'b', metrics }], curves);
    expect(lines.map((line) => [line.name, line.colour, line.look])).toEqual([
      ['a: training', 0, 0], ['a: dev', 0, 1], ['b: training', 1, 0], ['b: dev', 1, 1],
    ]);
  });
});

it('counts become shares of their row, which is the label', () => {
  expect(sharesOfRows([[1, 3], [0, 0]])).toEqual([[0.25, 0.75], [0, 0]]);
});

it('a range of one length is one number', () => {
  expect([name({ from: 1, to: 4 }), name({ from: 5, to: 5 })]).toEqual(['1–4', '5']);
});

it('settings that differ are found where one run does not have them too', () => {
  expect(settingsThatDiffer([{ settings: { lr: 0.1, seed: 1 } }, { settings: { lr: 0.2, seed: 1, clip: 5 } }]))
    .toEqual(['lr', 'clip']);
});

it('values are written as in the file', () => {
  expect([null, 0.1, true, 'tanh', { kind: 'words' }].map(valueText)).toEqual(['–', '0.1', 'true', 'tanh', '{"kind":"words"}']);
});

it('runs are compared by the whole model, and by the network where that was not measured', () => {
  const metrics = [{ epoch: 2, train_loss: 0.5, dev_accuracy: 0.7, dev_macro_f1: 0.6, best: true }] as Run['metrics'];
  expect(ended({ name: 'a', metrics })).toEqual(['a', 2, 0.5, 0.7, 0.6, undefined]);
  const evaluation = { accuracy: 0.8, macro_f1: 0.75, summary: { test_accuracy: 0.9 } } as Run['evaluation'];
  expect(ended({ name: 'a', metrics, evaluation })).toEqual(['a', 2, 0.5, 0.8, 0.75, 0.9]);
});
