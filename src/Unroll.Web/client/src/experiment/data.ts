// The lines of an experiment's file, as `unroll experiment --json` prints them. A number that is not finite is null.

interface MemorySettings {
  cells: string[];
  lengths: number[];
  seeds: number;
  steps: number;
  hidden: number;
  batch: number;
}

/** A training that has a value after every so many steps, the last after the last step. */
export interface TrainingRun {
  cell: string;
  length: number;
  seed: number;
  steps: number;
  curve_every: number;
  curve: (number | null)[];
}

/** How a recurrence was set up before it was trained. */
export interface ExplodingSetup {
  cell: string;
  length: number;
  radius: number;
  clip: boolean;
}

/** Of a task over numbers: adding, copy. */
interface SequenceLines {
  settings: MemorySettings & { learning_rate: number; loss: string; chance: number[] };
  run: TrainingRun & { chance: number; solved: boolean; loss: number | null };
  summary: {
    cell: string;
    length: number;
    seeds: number;
    chance: number;
    mean_loss: number | null;
    solved: number;
    mean_steps: number | null;
  };
}

/** By experiment and kind, what its lines hold beside these two. */
interface Lines {
  vanishing: {
    settings: { cells: string[]; lengths: number[]; seeds: number; hidden: number };
    curve: { cell: string; gradient: number[]; hidden_gradient: number[]; jacobian_norm: number[] };
    summary: {
      cell: string;
      /** Null for a cell without recurrent weights. */
      spectral_radius: number | null;
      largest_singular_value: number | null;
      factor_per_step: number;
      gradient_left: number[];
    };
  };
  exploding: {
    settings: {
      cells: string[];
      lengths: number[];
      radii: number[];
      seeds: number;
      steps: number;
      hidden: number;
      learning_rate: number;
      clip: number;
    };
    run: ExplodingSetup & {
      seed: number;
      finite: boolean;
      steps: number;
      largest_jump: number | null;
      largest_gradient: number | null;
      loss: number | null;
      curve: (number | null)[];
      gradient_curve: (number | null)[];
    };
    summary: ExplodingSetup & {
      seeds: number;
      broken: number;
      median_largest_jump: number | null;
      median_largest_gradient: number | null;
      median_loss: number | null;
    };
  };
  memory: {
    settings: MemorySettings;
    run: TrainingRun & { learned: boolean; accuracy: number };
    summary: {
      cell: string;
      length: number;
      seeds: number;
      learned: number;
      mean_steps: number | null;
      mean_accuracy: number;
    };
  };
  adding: SequenceLines;
  copy: SequenceLines;
  chaos: {
    settings: { radii: number[]; lengths: number[]; seeds: number; hidden: number; apart: number };
    curve: { radius: number; distance: number[] };
    summary: { radius: number; lyapunov_exponent: number; lyapunov_exponents: number[]; distance: number[] };
  };
  order: {
    settings: {
      data: string;
      train_rows: number;
      test_rows: number;
      cells: string[];
      seeds: number;
      epochs: number;
      embedding: number;
      hidden: number;
      vocabulary: number;
    };
    run: { cell: string; shuffled: boolean; seed: number; accuracy: number; curve: number[] };
    summary: { cell: string; accuracy_in_order: number; accuracy_shuffled: number; difference: number };
  };
  seeds: {
    settings: { seeds: number; epochs: number; learning_rate: number; hidden: number };
    run: { seed: number; learned: boolean; loss: number; curve_every: number; curve: number[] };
    summary: {
      seeds: number;
      learned: number;
      loss_least: number;
      loss_median: number;
      loss_90_percent: number;
      loss_most: number;
    };
  };
}

export type ExperimentName = keyof Lines;

/** A line of an experiment. */
export type LineOf<N extends ExperimentName, K extends keyof Lines[N] = keyof Lines[N]> =
  { [Kind in K]: { experiment: N; kind: Kind } & Lines[N][Kind] }[K];

/** What an experiment measured. */
export interface ExperimentOf<N extends ExperimentName> {
  name: N;
  command: string;
  /** As they are printed. */
  tables: { title: string; columns: string[]; rows: string[][] }[];
  notes: string[];
  lines: LineOf<N>[];
}

/** What any experiment measured, or one of some. */
export type Experiment<N extends ExperimentName = ExperimentName> = { [One in N]: ExperimentOf<One> }[N];
