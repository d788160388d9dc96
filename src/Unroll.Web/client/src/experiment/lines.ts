import type { Line } from '../charts/lines';
import type { Experiment, ExperimentLine } from '../data';

/** The lines of one kind, in the form that the experiment gives them. */
export const linesOf = <T>(experiment: Experiment, kind: ExperimentLine['kind']): (ExperimentLine & T)[] =>
  experiment.lines.filter((line) => line.kind === kind) as (ExperimentLine & T)[];

/** What there is of something, each once. */
export const distinct = <T>(values: T[]): T[] => [...new Set(values)];

/** A training that has a value after every so many steps, the last after the last step. */
export interface TrainingRun {
  cell: string;
  length: number;
  steps: number;
  curve_every: number;
  curve: (number | null)[];
}

/** The curves of the runs of one length, a colour for each cell. */
export const curvesOf = (runs: TrainingRun[], length: number, cells: string[]): Line[] =>
  runs.filter((run) => run.length === length).map((run) => {
    const place = cells.indexOf(run.cell);
    return {
      name: run.cell,
      colour: place,
      look: place,
      points: run.curve.map((value, i) => [Math.min((i + 1) * run.curve_every, run.steps), value]),
    };
  });
