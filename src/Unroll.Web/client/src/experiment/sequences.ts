import { linesChart, type Line } from '../charts/lines';
import type { ExperimentOf, LineOf } from './data';
import { choiceOfLengths } from './lengths';
import { curvesOf, distinct, linesOf } from './lines';

/** The loss of each cell beside that of knowing nothing. */
export function sequenceCharts(experiment: ExperimentOf<'adding'> | ExperimentOf<'copy'>): HTMLElement[] {
  const lines: LineOf<'adding' | 'copy'>[] = experiment.lines;
  const { lengths, loss, chance } = linesOf(lines, 'settings')[0]!;
  const runs = linesOf(lines, 'run');
  const summaries = linesOf(lines, 'summary');
  const cells = distinct(summaries.map((summary) => summary.cell));
  const unit = experiment.name === 'adding' ? 'numbers' : 'steps of gap';
  const knowingNothing = (length: number): number => chance[lengths.indexOf(length)]!;
  const meanLoss = (cell: string, length: number): number | null =>
    summaries.find((summary) => summary.cell === cell && summary.length === length)!.mean_loss;
  return [
    choiceOfLengths(lengths, unit, (shown, controls) => linesChart({
      id: 'loss',
      title: 'Loss while training',
      note: 'Each line is a seed, and each point a mean of the steps since the point before. '
        + 'It ends where the loss is a tenth of knowing nothing.',
      height: 380,
      controls,
      xName: 'step',
      yName: loss,
      yType: 'log',
      marks: () => [{ yAxis: knowingNothing(shown()), label: { formatter: 'knowing nothing' } }],
      lines: () => curvesOf(runs, shown(), cells),
    })),
    linesChart({
      id: 'loss-by-length',
      title: 'Loss at the end, by length',
      note: 'Mean over the seeds.',
      height: 380,
      xName: experiment.name === 'adding' ? 'numbers in the sequence' : 'steps of gap',
      yName: loss,
      yType: 'log',
      lines: () => [
        ...cells.map((cell): Line => ({ name: cell, points: lengths.map((length) => [length, meanLoss(cell, length)]) })),
        { name: 'knowing nothing', style: 'bound', points: lengths.map((length) => [length, knowingNothing(length)]) },
      ],
    }).element,
  ];
}
