import { labelsOf, type Evaluation, type Run, type Sentence } from '../data';
import { answer } from './answer';
import { choice } from '../page/choice';
import { commandCard } from '../page/command';
import { replaceContent } from '../page/disposal';
import { element, type Child } from '../page/element';
import { grid, missing, section } from '../page/section';
import { comparison } from './comparison';
import { configurationCard } from './configuration';
import { confusionChart } from './confusion';
import { dataCard } from './dataCard';
import { lengthChart } from './lengths';
import { mistakesCard } from './mistakes';
import { baselines, keyFigures, labelScores } from './scores';
import { trainingCharts } from './trainingCharts';

/** A training, or several over each other. */
export function trainingTab(runs: Run[], sentences: Sentence[] = []): HTMLElement[] {
  if (runs.length === 0) return [missing('No training in this page. unroll report RUN… --out FILE makes a page of run folders.')];
  const one = element('div', {}, ...oneRun(runs[0]!));
  const chooser = choice('Below, the run', runs.map((run) => run.name), (i) => replaceContent(one, ...oneRun(runs[i]!)));
  return [
    ...(runs.length === 1 ? answer(runs[0]!, sentences) : []),
    ...(runs.length > 1 ? [section('The runs', comparison(runs))] : [keyFigures(runs[0]!)]),
    ...(runs.some((run) => run.metrics.length > 0) ? [section('By epoch', grid(...trainingCharts(runs)))] : []),
    ...(chooser ? [element('div', { class: 'bar' }, chooser)] : []),
    one,
  ];
}

const stack = (...content: Child[]): HTMLElement => element('div', { class: 'stack' }, ...content);

const oneRun = (run: Run): HTMLElement[] => [
  // The lab has none, and its answer stands above.
  ...(run.label_names && !run.evaluation ? [] : [section('On the dev rows', run.evaluation
    ? devRows(run, run.evaluation)
    : missing('Not measured: there are no dev rows, or the training is not finished.'))]),
  section('The run', grid(
    stack(
      commandCard('Repeat this run', 'The same rows, seed and instruction set give the same bytes.', run.command),
      configurationCard(run)),
    run.data && dataCard(run.data))),
];

const devRows = (run: Run, evaluation: Evaluation): HTMLElement => grid(
  confusionChart(evaluation, labelsOf(run)),
  evaluation.by_length && lengthChart(evaluation.by_length),
  stack(labelScores(evaluation, labelsOf(run)), baselines(evaluation.summary)),
  mistakesCard(evaluation.mistakes));
