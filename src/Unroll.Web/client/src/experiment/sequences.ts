import { linesChart } from '../charts/lines';
import type { ExperimentOf, LineOf } from './data';
import { declaredCharts } from './declared';
import { choiceOfLengths } from './lengths';
import { curvesOf, linesOf } from './lines';

/** The loss of each cell while it is trained, beside that of knowing nothing, and what the experiment declares. */
export function sequenceCharts(experiment: ExperimentOf<'adding'> | ExperimentOf<'copy'>): HTMLElement[] {
  const lines: LineOf<'adding' | 'copy'>[] = experiment.lines;
  const { cells, lengths, loss, chance } = linesOf(lines, 'settings')[0]!;
  const runs = linesOf(lines, 'run');
  const unit = experiment.name === 'adding' ? 'numbers' : 'steps of gap';
  const knowingNothing = (length: number): number => chance[lengths.indexOf(length)]!;
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
    ...declaredCharts(experiment),
  ];
}
