import type { Run, Sentence } from '../src/data';

/** A run without an epoch. */
export const run: Run = { name: 'run', command: 'unroll train', config: {}, settings: {}, metrics: [] };

/** Two words in a cell that nobody has heard of: one gate with a number for its name, one that knows no bounds. */
export const inventedSentence: Sentence = {
  text: 'good film',
  tokens: ['good', 'film'],
  ids: [2, 3],
  label: 'yes',
  probability: 0.75,
  probabilities: { no: 0.25, yes: 0.75 },
  model: {
    cell: 'zigzag', gates: ['leak', '2', 'new_thing'], embedding: 4, hidden: 1, layers: 1, directions: 1, pooling: 'last',
    labels: ['no', 'yes'], parameters: 12,
  },
  states: [{
    layer: 0,
    direction: 'forward',
    hidden: [[0.1], [-0.2]],
    gates: { 2: [[3], [0.5]], leak: [[0], [1]], new_thing: [[-0.5], [0.5]] },
  }],
  prefix: [[0.5, 0.5], [0.25, 0.75]],
  gradient: { hidden: [0.1, 0.2], embedding: [0.1, 0.2] },
  attribution: { gradient_x_input: [1, -1], leave_one_out: [0.5, 0.25] },
  plane: { axes: 'units', explained: [1, 0], points: [[0.1, 0], [-0.2, 0]] },
};
