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
  const of = (cell: string, length: number): LineOf<'adding' | 'copy', 'summary'> =>
    summaries.find((summary) => summary.cell === cell && summary.length === length)!;
  const share = (cell: string, length: number): number | null => {
    const loss = of(cell, length).mean_loss;
    return loss === null ? null : loss / knowingNothing(length);
  };
  // A mean of two seeds of five is not one of five.
  const solvedNote = cells.map((cell) =>
    `${cell} ${lengths.map((length) => `${of(cell, length).solved} of ${of(cell, length).seeds}`).join(', ')}`).join('; ');
  const xName = experiment.name === 'adding' ? 'numbers in the sequence' : 'steps of gap';
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
      title: 'Loss at the end beside knowing nothing, by length',
      note: 'Mean over the seeds, divided by the loss of knowing nothing at this length, which falls as sequences grow.',
      height: 380,
      xName,
      yName: 'loss as a share of knowing nothing',
      yType: 'log',
      lines: () => [
        ...cells.map((cell): Line => ({ name: cell, points: lengths.map((length) => [length, share(cell, length)]) })),
        { name: 'knowing nothing', style: 'bound', points: lengths.map((length) => [length, 1]) },
      ],
    }).element,
    ...(summaries.some((summary) => summary.mean_steps !== null) ? [linesChart({
      id: 'steps-by-length',
      title: 'Steps until it is solved, by length',
      note: `Mean over the seeds that solved it in time: ${solvedNote}. Where none did, there is no point.`,
      height: 380,
      xName,
      yName: 'steps',
      yType: 'log',
      lines: () => cells.map((cell): Line => ({
        name: cell, points: lengths.map((length) => [length, of(cell, length).mean_steps]),
      })),
    }).element] : []),
  ];
}
