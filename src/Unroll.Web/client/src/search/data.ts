// A search for settings: its trials, what they reached at each rung, and how it ended.

/** What a trial reached at a rung. */
export interface SearchResult {
  rung: number;
  epochs: number;
  /** Null where the training broke. */
  score: number | null;
  /** Minutes after the search began, and how long the trial was trained for it. */
  minute: number;
  seconds: number;
}

export interface SearchTrial {
  trial: number;
  settings: Record<string, string>;
  results: SearchResult[];
  /** The measure after each epoch, of the network alone. */
  curve: number[];
}

/** A setting that was drawn. */
export interface SearchSetting {
  name: string;
  /** Choices in their order; none for numbers. */
  choices: string[];
  log: boolean;
  /** ε², the share of the variance of the first rung's scores that goes with it; null where there are too few trials. */
  importance: number | null;
}

export interface Search {
  verdict: string;
  /** What ranks the trials, such as macro-F1: the higher the better. */
  measure: string;
  eta: number;
  /** The epochs of each rung. */
  rungs: number[];
  settings: SearchSetting[];
  trials: SearchTrial[];
  /** Missing while the search has not ended. */
  outcome?: {
    trial: number;
    test_rows: number;
    test_accuracy: number;
    test_macro_f1: number;
    test_loss: number;
    command: string;
  };
}

/** The rung that a trial has come to; -1 before the first. */
export const rungOf = (trial: SearchTrial): number => Math.max(-1, ...trial.results.map(({ rung }) => rung));

/** What a trial reached last. */
export const lastOf = (trial: SearchTrial): SearchResult | undefined => trial.results.find(({ rung }) => rung === rungOf(trial));

export const epochsOf = (epochs: number): string => (epochs === 1 ? '1 epoch' : `${epochs} epochs`);

/** The trials in the order of the search: those that came furthest first, then the better ones. */
export const ranked = (trials: SearchTrial[]): SearchTrial[] => trials.toSorted((a, b) =>
  rungOf(b) - rungOf(a) || (lastOf(b)?.score ?? -Infinity) - (lastOf(a)?.score ?? -Infinity) || a.trial - b.trial);
