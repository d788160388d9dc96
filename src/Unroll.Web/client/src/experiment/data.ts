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

/** Of an experiment that trains cells on made-up sentences. */
interface SentenceSettings {
  cells: string[];
  lengths: number[];
  seeds: number;
  steps: number;
  hidden: number;
  layers: number;
  learning_rate: number;
  batch: number;
}

/** A training on made-up sentences, with its loss after every so many steps. */
interface SentenceRun {
  cell: string;
  seed: number;
  learned: boolean;
  steps: number;
  loss: number | null;
  curve_every: number;
  curve: (number | null)[];
}

/** The same with one of several sizes and learning rates. */
type RateRun = SentenceRun & { hidden: number; rate: number; accuracy: number[] };

/** Of an experiment on labelled rows. */
interface RowSettings {
  data: string;
  train_rows: number;
  test_rows: number;
  cells: string[];
  seeds: number;
  epochs: number;
  embedding: number;
  hidden: number;
  learning_rate: number;
  vocabulary: number;
}

/** By experiment and kind, what its lines hold beside these two; each also has a verdict, the last of its lines. */
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
      splits: number;
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
  words: {
    settings: { seed: number; epochs: number; learning_rate: number; hidden: number; seeds: number };
    word: { sentence: string; place: number; word: string; state: number[]; probability_of_1: number };
    moved: { word: string; words_after: number; by: number[] };
    summary: { loss: number; learned: number; certain: number; sure_mean: number | null };
  };
  recall: {
    settings: Omit<SentenceSettings, 'hidden' | 'learning_rate'>
      & { sizes: number[]; rates: number[]; names: number; drinks: number };
    run: RateRun;
    summary: { cell: string; hidden: number; rate: number; accuracy: number[]; least: number[]; most: number[] };
  };
  select: {
    settings: Omit<SentenceSettings, 'learning_rate'> & { trained_to: number; rates: number[]; kept: number; colours: number };
    run: RateRun;
    summary: { cell: string; rate: number; learned: number; accuracy: number[]; least: number[]; most: number[] };
  };
  position: {
    settings: SentenceSettings & { trained_to: number };
    run: SentenceRun & { accuracy: number[]; position_before: number; position_after: number; error: number[] };
    summary: { cell: string; accuracy: number[]; position_before: number; position_after: number; error: number[] };
  };
  context: {
    settings: RowSettings & { phrases: string[] };
    run: {
      cell: string;
      seed: number;
      accuracy: number;
      good: number[];
      way: number | null;
      word_share_before: number;
      word_share: number;
      same_label_before: number | null;
      same_label: number | null;
      curve: number[];
    };
    summary: {
      cell: string;
      accuracy: number;
      word_share: number;
      same_label: number | null;
      way: number | null;
      good: number[];
    };
  };
  forget: {
    settings: SentenceSettings;
    run: SentenceRun & {
      accuracy: number;
      kept: number[];
      noise: number[];
      gates: string[];
      gates_at_colour: number[];
      gates_at_others: number[];
    };
    summary: { cell: string; accuracy: number; kept: number[]; noise: number[] };
  };
  window: {
    settings: RowSettings & { furthest: number };
    run: { cell: string; seed: number; accuracy: number; window: number; change: number[] };
    summary: {
      cell: string;
      accuracy: number;
      window: number;
      window_least: number;
      window_most: number;
      change: number[];
    };
  };
  rate: {
    settings: Omit<SentenceSettings, 'learning_rate'> & { rates: number[] };
    run: RateRun;
    summary: { cell: string; learned: number[]; works: number; least_rate: number | null; most_rate: number | null };
  };
  scan: {
    settings: {
      cells: string[];
      lengths: number[];
      seeds: number;
      threads: number[];
      rows: number;
      embedding: number;
      hidden: number;
      chunk: number;
      processors: number;
    };
    step: { cell: string; threads: number; microseconds: number[]; least: number[]; most: number[] };
    recurrence: {
      length: number;
      loop: number;
      scan_1: number;
      scan_2: number;
      rows_one_by_one: number;
      rows_at_once: number;
    };
  };
  negation: {
    settings: SentenceSettings & { trained_to: number };
    run: SentenceRun & { accuracy: number[] };
    summary: {
      cell: string;
      theory: boolean;
      trained: number;
      beyond: number;
      beyond_least: number;
      beyond_most: number;
      accuracy: number[];
    };
  };
}

export type ExperimentName = keyof Lines;

/** What an experiment's lines hold, by kind. */
type Kinds<N extends ExperimentName> = Lines[N] & { verdict: { text: string } };

/** A line of an experiment. */
export type LineOf<N extends ExperimentName, K extends keyof Kinds<N> = keyof Kinds<N>> =
  { [Kind in K]: { experiment: N; kind: Kind } & Kinds<N>[Kind] }[K];

/** A chart as the experiment declares it. */
export interface Chart {
  id: string;
  title: string;
  note: string;
  x: { name: string; log: boolean };
  y: { name: string; log: boolean };
  /** The names along x, of bars; none for lines. */
  names: string[];
  /** What happened where a line has failed: broke, or unsolved. */
  failure: string;
  series: {
    name: string;
    /** Whether nobody measured it, such as guessing. */
    bound: boolean;
    /** x, the mean over the seeds, the least and the most of them. */
    points: [x: number, mean: number | null, least: number | null, most: number | null][];
    /** Where the mean is not of all seeds: of how many, and how many there are. */
    sparse: [x: number, taken: number, all: number][];
    /** Where no seed has a value. */
    failed: number[];
  }[];
}

/** What an experiment measured. */
export interface ExperimentOf<N extends ExperimentName> {
  name: N;
  command: string;
  /** What was found, in a sentence. */
  verdict: string;
  charts: Chart[];
  /** As they are printed. */
  tables: { title: string; columns: string[]; rows: string[][] }[];
  notes: string[];
  lines: LineOf<N>[];
}

/** What any experiment measured, or one of some. */
export type Experiment<N extends ExperimentName = ExperimentName> = { [One in N]: ExperimentOf<One> }[N];
