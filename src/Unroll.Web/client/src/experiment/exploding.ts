import { linesChart, type Lines } from '../charts/lines';
import type { ChartCard } from '../charts/chart';
import { linkedChoice } from '../page/choice';
import type { ExperimentOf, ExplodingSetup, LineOf } from './data';
import { distinct, linesOf } from './lines';

type Run = LineOf<'exploding', 'run'>;
type Summary = LineOf<'exploding', 'summary'>;

const guessing = { yAxis: Math.LN2, label: { formatter: 'guessing' } };

const clipping = (clip: boolean): string => (clip ? 'clipped' : 'not clipped');

/** What large recurrent weights do, with clipping and without. */
export function explodingCharts({ lines }: ExperimentOf<'exploding'>): HTMLElement[] {
  const runs = linesOf(lines, 'run');
  const summaries = linesOf(lines, 'summary');
  const hasLengths = distinct(summaries.map((summary) => summary.length)).length > 1;
  const name = ({ cell, length }: ExplodingSetup): string => (hasLengths ? `${cell}, ${length} words` : cell);

  const byRadius = (id: string, title: string, yName: string, value: (summary: Summary) => number | null): HTMLElement =>
    linesChart({
      id,
      title,
      note: 'Median over the seeds. A cross at the top is a median training that broke: its loss was no number any more.',
      xName: 'spectral radius at the beginning',
      x: { minInterval: 0 },
      yName,
      yType: 'log',
      lines: () => distinct(summaries.map(name)).flatMap((cell, i) => [false, true].map((clip) => ({
        name: `${cell}, ${clipping(clip)}`,
        colour: i,
        look: clip ? 1 : 0,
        points: summaries
          .filter((summary) => name(summary) === cell && summary.clip === clip)
          .map((summary): [number, number | null] => [summary.radius, value(summary)]),
        failed: summaries
          .filter((summary) => name(summary) === cell && summary.clip === clip && value(summary) === null)
          .map((summary) => summary.radius),
      }))),
    }).element;

  const setup = (of: ExplodingSetup): string => `${name(of)}, radius ${of.radius}`;
  const setups = distinct(runs.map(setup));
  // Where clipping shows best without breaking the axis: the highest jump that left a number.
  const jumps = summaries
    .filter((summary) => !summary.clip)
    .sort((a, b) => (b.median_largest_jump ?? 0) - (a.median_largest_jump ?? 0));
  const first = setups.indexOf(setup(jumps[0]!));
  // Both charts by step show the same runs, whichever list chooses them.
  let shown = setups[first]!;
  const chosen = linkedChoice('Of', setups, (i) => {
    shown = setups[i]!;
  }, first);
  const bySteps = (
    id: string, title: string, yName: string, marks: () => object[], curve: (run: Run) => (number | null)[],
  ): HTMLElement => {
    const spec: Lines = {
      id,
      title,
      note: 'Each line is a seed. A cross at the top is where one broke.',
      controls: [chosen.control(() => card.redraw())],
      xName: 'step',
      yName,
      yType: 'log',
      marks,
      lines: () => [false, true].flatMap((clip, colour) => runs
        .filter((run) => setup(run) === shown && run.clip === clip)
        .map((run) => ({
          name: clipping(clip),
          colour: 1 - colour,
          look: colour,
          points: curve(run).map((value, i): [number, number | null] => [i + 1, value]),
          failed: run.finite ? [] : [run.steps],
        }))),
    };
    const card: ChartCard = linesChart(spec);
    return card.element;
  };

  return [
    byRadius('largest-gradient', 'Largest gradient', 'largest norm of the gradient', (of) => of.median_largest_gradient),
    byRadius('largest-jump', 'Largest jump of the loss', 'largest rise in one step', (of) => of.median_largest_jump),
    bySteps('loss', 'Loss by step', 'loss', () => [guessing], (run) => run.curve),
    bySteps('gradient', 'Norm of the gradient by step', 'norm, before clipping', () => [], (run) => run.gradient_curve),
  ];
}
