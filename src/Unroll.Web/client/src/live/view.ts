// The form of what the engine answers; src/Unroll.Live/LabView.cs writes it. What is no number is null there.

export type Value = number | null;

export interface Settings {
  task: string;
  rows?: string;
  cell: string;
  nonlinearity: string;
  hidden: number;
  seed: number;
  init: string;
  optimizer: string;
  lr: number;
  clip?: number;
}

/** An action's name and what it needs. */
export type Action = (string | number | boolean | null)[];

export interface Parameter {
  name: string;
  /** The exercise's letter, such as W; the name where there is none. */
  symbol: string;
  shape: number[];
  /** Row-major. */
  values: Value[];
}

export interface Answer {
  text: string;
  label: string;
  /** Missing where a word is unknown. */
  answer?: string;
  right: boolean;
  probabilities: Value[];
}

export interface Gate {
  name: string;
  /** Missing where it is not held. */
  open?: boolean;
}

/** T words, C classes, H units. */
export interface Sentence {
  text: string;
  tokens: string[];
  unknown: string[];
  label?: string;
  /** [T+1][C]: after so many words. Empty where nothing can be read. */
  probabilities: Value[][];
  /** [T+1][H] */
  states: Value[][];
  /** [T+1][2] */
  points: Value[][];
  gradientLabel?: number;
  loss?: Value;
  /** [T]: of the whole state. */
  gradient?: Value[];
  /** [T]: of h alone. */
  hiddenGradient?: Value[];
  /** [T][H]; empty for cells without cell state. */
  cell?: Value[][];
  gates?: { name: string; values: Value[][] }[];
}

export interface Frame {
  axes: 'Units' | 'PrincipalComponents';
  explained: Value[];
  /** [C][3]: a x + b y + c. */
  scores: Value[][];
}

export interface Mission {
  id: string;
  title: string;
  measured: string;
  done: boolean;
}

export interface Rival {
  cell: string;
  parameters: number;
  right: number;
  diverged: boolean;
  firstLoss: number;
  losses: Value[];
}

export interface View {
  settings: Settings;
  question: string;
  /** Every cell that there is. */
  cells: string[];
  /** Whether the cell's function can be chosen. */
  readsActivation: boolean;
  journal: Action[];
  epoch: number;
  update: number;
  nextSample: number;
  at: number;
  moments: number;
  lr: number;
  clip?: number;
  diverged: boolean;
  addsLosses: boolean;
  firstLoss: number;
  losses: Value[];
  last?: { sample: number; loss: Value; norm: Value; clipped: boolean };
  words: string[];
  labels: string[];
  samples: Answer[];
  unseen: Answer[];
  parameters: Parameter[];
  gates: Gate[];
  /** [real, imaginary] each. */
  eigenvalues: [Value, Value][];
  frame: Frame;
  sentences: Sentence[];
  rival?: Rival;
  missions: Mission[];
  command: string;
  commandNote?: string;
}

export type Reply = View | { error: string };

export const isError = (reply: Reply): reply is { error: string } => 'error' in reply;
