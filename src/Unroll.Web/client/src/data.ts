// What stands in the page: the files of runs, and sentences as `unroll inspect --json` writes them.

import type { Experiment } from './experiment/data';
import type { Search } from './search/data';

export type Setting = string | number | boolean | null | string[];

/** A line of metrics.jsonl. */
export interface Epoch {
  epoch: number;
  train_loss: number;
  dev_loss?: number;
  dev_accuracy?: number;
  dev_macro_f1?: number;
  learning_rate: number;
  gradient_norm: number;
  clipped_share: number;
  train_seconds: number;
  tokens_per_second: number;
  peak_mb: number;
  best: boolean;
}

/** A line of gradients.jsonl. */
export interface GradientEpoch {
  epoch: number;
  samples: number;
  /** Mean of ‖dL/dh‖ by distance from the sentence's end, 0 first. */
  hidden_norm: number[];
  /** The same by time step from the start. */
  by_step: number[];
  /** Of the recurrent weights; null for a cell that has none. */
  spectral_norm: number | null;
  spectral_radius: number | null;
  jacobian_samples?: number;
  /** Mean of ‖∂s_T/∂s_{T-d}‖ by d, 0 first, of the lowest layer's forward direction. */
  jacobian_norm?: number[];
}

export interface LabelScores {
  precision: number;
  recall: number;
  f1: number;
  support: number;
}

export interface Mistake {
  line: number;
  text: string;
  label: string;
  predicted: string;
  probability: number;
  loss: number;
}

export interface LengthRange {
  from: number;
  to: number;
  rows: number;
  accuracy: number;
}

export interface Summary {
  /** Missing for a linear part alone. */
  kept_epoch?: number;
  dev_accuracy?: number;
  dev_macro_f1?: number;
  /** Where a text may have several labels, as test_micro_f1. */
  dev_micro_f1?: number;
  test_accuracy?: number;
  test_macro_f1?: number;
  test_micro_f1?: number;
  /** The linear part's share of the logits; runs of earlier versions have none. */
  linear_share?: number;
  /** Epochs in which the networks learned split-off dev rows too, after these were measured. */
  final_epochs?: number;
  /** Test rows whose label no training row has: they count as wrong. */
  test_unknown_label_rows?: number;
  /** The calibration error on the test rows. */
  test_ece?: number;
  temperature?: number;
  ece_before?: number;
  ece_after?: number;
  baselines?: Record<string, Partial<Record<`${'dev' | 'test'}_${'accuracy' | 'micro_f1' | 'macro_f1'}`, number>>>;
}

/** evaluation.json: the kept model on the dev rows. */
export interface Evaluation {
  rows: number;
  accuracy: number;
  /** Where a text may have several labels; then accuracy is the share of rows whose labels are all found. */
  micro_f1?: number;
  macro_f1: number;
  ece: number;
  loss: number;
  labels: Record<string, LabelScores>;
  confusion: number[][] | null;
  /** Rows whose label the model does not have: they count as wrong. Missing in files of older versions. */
  unknown_label_rows?: number;
  /** Labels of the rows that the model does not have, with their rows. */
  unknown_labels: Record<string, number>;
  /** Instead of a matrix of very many classes. */
  confusions?: { label: string; predicted: string; rows: number }[];
  mistakes: Mistake[];
  by_length?: LengthRange[];
  summary?: Summary;
}

export interface DataPart {
  name: string;
  rows: number;
  /** Where a row may have several labels, and counts for each. */
  several_labels?: boolean;
  labels: Record<string, number>;
  lengths: Record<string, number>;
  empty_texts: number;
  duplicate_rows: number;
  conflicting_texts: number;
  /** The first texts that stand there with several labels: in which rows, with which labels. */
  conflicts: { rows: number[]; labels: string[] }[];
  rows_in_train?: number;
  train_rows?: number;
  unknown_tokens?: number;
  /** Rows whose label no training row has. */
  unknown_label_rows?: number;
  unknown_types?: number;
}

export interface DataReport {
  parts: DataPart[];
  warnings: string[];
}

/** What the page has to know of a recurrent cell. */
export interface CellTraits {
  /** The names of its gates, in their order; a vanilla RNN has none. */
  gates: string[];
  /** Whether there is a cell state beside the hidden state. */
  cell_state: boolean;
}

/** A run folder. */
export interface Run {
  name: string;
  command: string;
  /** What train_loss is, where it is not the mean over rows. */
  loss?: string;
  /** Absent where the cell is unknown to the command that made the page. */
  cell?: CellTraits;
  config: Record<string, unknown>;
  settings: Record<string, Setting>;
  metrics: Epoch[];
  data?: DataReport;
  evaluation?: Evaluation;
  gradients?: GradientEpoch[];
  /** What labels that are numbers stand for: the lab's 0 and 1. */
  label_names?: Record<string, string>;
}

export interface States {
  layer: number;
  direction: 'forward' | 'backward';
  hidden: number[][];
  cell?: number[][];
  gates?: Record<string, number[][]>;
}

/** What one head of a Transformer reads. */
export interface Head {
  layer: number;
  head: number;
  weights: number[][];
}

/** A sentence, word by word. */
export interface Sentence {
  text: string;
  tokens: string[];
  /** Tokens that the model does not know and leaves out. */
  dropped?: string[];
  ids: number[];
  label: string;
  probability: number;
  probabilities: Record<string, number>;
  model: {
    /** How many there are: their logits are averaged. 0 for a linear part alone. Missing in files of older versions. */
    networks?: number;
    cell: string;
    /** The names of its gates, in their order. */
    gates: string[];
    /** How many heads a Transformer's layer has; absent for others. */
    heads?: number;
    embedding: number;
    hidden: number;
    layers: number;
    directions: number;
    pooling: string;
    labels: string[];
    parameters: number;
  };
  states: States[];
  prefix: number[][];
  gradient: { hidden: number[]; embedding: number[] };
  attribution: { gradient_x_input: number[]; leave_one_out: number[]; linear?: number[] };
  /** Where the model has a linear part: its share of the logits, what its bias adds, and the terms that add most. */
  linear?: {
    share: number;
    bias: number;
    terms: { term: string; value: number }[];
  };
  attention?: number[];
  /** What each head of each layer of a Transformer reads, [T][T]: how much each word (row) reads of each. */
  heads?: Head[];
  /** Missing where there is no network. */
  plane?: {
    axes: 'units' | 'principal components';
    explained: number[];
    points: number[][];
    boundary?: { a: number; b: number; c: number };
  };
}

export interface PageData {
  title: string;
  runs: Run[];
  sentences: Sentence[];
  experiment?: Experiment;
  search?: Search;
}

/** The epoch whose model is kept: the last one that was better than all before it. */
export const keptEpoch = (run: Run): Epoch | undefined => run.metrics.findLast((epoch) => epoch.best);

/** The labels in the order of the classes; the keys of a JSON object would come numbers first. */
export const labelsOf = (run: Run): string[] =>
  Array.isArray(run.config['labels']) ? run.config['labels'].map(String) : Object.keys(run.evaluation?.labels ?? {});

/** Whether the layers are a Transformer's. */
export const isTransformer = (run: Run): boolean => run.config['cell'] === 'transformer';

/** Whether the recurrence is a vanilla one, to which the bounds of Pascanu et al. (2013) apply. */
export const isUngated = (run: Run): boolean => run.cell?.gates.length === 0;
