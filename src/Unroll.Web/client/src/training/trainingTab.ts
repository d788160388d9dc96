import { labelsOf, type Run } from '../data';
import { choice } from '../page/choice';
import { commandCard } from '../page/command';
import { element } from '../page/element';
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
export function trainingTab(runs: Run[]): HTMLElement[] {
  if (runs.length === 0) return [missing('No training in this page. unroll report RUN… --out FILE makes a page of run folders.')];
  const one = element('div', {}, ...oneRun(runs[0]!));
  return [
    ...(runs.length > 1 ? [section('The runs', comparison(runs))] : [keyFigures(runs[0]!)]),
    section('By epoch', grid(...trainingCharts(runs))),
    ...(runs.length > 1 ? [element('div', { class: 'bar' }, choice('Below, the run', runs.map((run) => run.name), (i) => one.replaceChildren(...oneRun(runs[i]!))))] : []),
    one,
  ];
}

function oneRun(run: Run): HTMLElement[] {
  const evaluation = run.evaluation;
  const parts = [
    evaluation
      ? section('On the dev rows', grid(
        confusionChart(evaluation, labelsOf(run)), evaluation.by_length && lengthChart(evaluation.by_length), element('div', { class: 'stack' }, labelScores(evaluation, labelsOf(run)), baselines(evaluation.summary)),
        mistakesCard(evaluation.mistakes)))
      : section('On the dev rows', missing('Not measured: there are no dev rows, or the training is not finished.')),
    section('The run', grid(element('div', { class: 'stack' }, commandCard('Repeat this run', 'The same rows, seed and instruction set give the same bytes.', run.command), configurationCard(run)), run.data && dataCard(run.data))),
  ];
  return parts;
}
