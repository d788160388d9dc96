import type { Experiment, ExperimentLine } from '../data';

/** The lines of one kind, in the form that the experiment gives them. */
export const linesOf = <T>(experiment: Experiment, kind: ExperimentLine['kind']): (ExperimentLine & T)[] =>
  experiment.lines.filter((line) => line.kind === kind) as (ExperimentLine & T)[];

/** What there is of something, each once. */
export const distinct = <T>(values: T[]): T[] => [...new Set(values)];

/** The points of a curve that has a value after every so many steps, the last after the last step. */
export const pointsEvery = (curve: (number | null)[], every: number, steps: number): [number, number | null][] =>
  curve.map((value, i) => [Math.min((i + 1) * every, steps), value]);
