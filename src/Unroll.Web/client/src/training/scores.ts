import type { Evaluation, Run, Summary } from '../data';
import { keptEpoch } from '../data';
import { format, percent } from '../page/numbers';
import { card, figures } from '../page/section';
import { tableElement } from '../page/table';

/** The numbers a reader looks for first. */
export function keyFigures(run: Run): HTMLElement {
  const kept = keptEpoch(run);
  const evaluation = run.evaluation;
  const seconds = run.metrics.reduce((sum, epoch) => sum + epoch.train_seconds, 0);
  const entries: [string, string | undefined][] = [
    ['Dev accuracy', evaluation && percent(evaluation.accuracy, 2)],
    ['Dev micro-F1', percentIf(evaluation?.micro_f1)],
    ['Dev macro-F1', evaluation && percent(evaluation.macro_f1, 2)],
    ['Test accuracy', percentIf(evaluation?.summary?.test_accuracy)],
    ['Test micro-F1', percentIf(evaluation?.summary?.test_micro_f1)],
    ['Calibration error', evaluation && percent(evaluation.ece, 2)],
    ['Kept epoch', kept && `${kept.epoch} of ${run.metrics.length}`],
    ['Training loss there', kept && format(kept.train_loss)],
    ['Time', seconds > 0 ? `${Number(seconds.toPrecision(3))} s` : undefined],
    ['Seed', run.settings['seed'] === undefined ? undefined : String(run.settings['seed'])],
  ];
  return figures(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

const percentIf = (share: number | undefined): string | undefined => (share === undefined ? undefined : percent(share, 2));

/** Precision, recall and F1 of each label. */
export const labelScores = (evaluation: Evaluation, labels: string[]): HTMLElement =>
  card('Scores of each label', tableElement({
    caption: 'Scores of each label on dev rows',
    columns: ['label', 'precision', 'recall', 'F1', 'rows'],
    rows: labels.map((label) => {
      const scores = evaluation.labels[label];
      return [label, scores?.precision, scores?.recall, scores?.f1, scores?.support];
    }),
  }));

const names: Record<string, string> = {
  majority: 'majority class',
  /** In runs of earlier versions. */
  bag_of_words: 'bag of words, linear',
  linear: 'linear part alone',
  network: 'network alone',
  first_network: 'first network alone',
};

type Score = `${'dev' | 'test'}_${'accuracy' | 'micro_f1' | 'macro_f1'}`;

/** What models are compared by, with the name of each column; micro-F1 where a text may have several labels. */
export function comparedScores(summary: Summary): [Score, string][] {
  const sets: ('dev' | 'test')[] = summary.test_accuracy === undefined ? ['dev'] : ['dev', 'test'];
  return sets.flatMap((set) => [
    [`${set}_accuracy`, `${set} accuracy`],
    ...(summary.dev_micro_f1 === undefined ? [] : [[`${set}_micro_f1`, `${set} micro-F1`]]),
    [`${set}_macro_f1`, `${set} macro-F1`],
  ] as [Score, string][]);
}

/** This model beside simpler ones; null where none were trained. */
export function baselines(summary: Summary | undefined): HTMLElement | null {
  if (summary?.baselines === undefined || Object.keys(summary.baselines).length === 0) return null;
  const simpler = Object.entries(summary.baselines).map(([key, scores]) => [names[key] ?? key, scores] as const);
  const rows = [['this model', summary] as const, ...simpler];
  const columns = comparedScores(summary);
  return card('Beside simpler models', tableElement({
    caption: 'This model and simpler ones, trained on the same rows',
    columns: ['model', ...columns.map(([, column]) => column)],
    rows: rows.map(([name, scores]) => [name, ...columns.map(([key]) => scores[key])]),
  }));
}
