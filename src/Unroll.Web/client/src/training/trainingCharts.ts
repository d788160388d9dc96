import type { Run } from '../data';
import { curvesChart } from './curves';

/** Loss, dev scores, gradient norm and learning rate by epoch. */
export function trainingCharts(runs: Run[]): HTMLElement[] {
  const hasDev = runs.some((run) => run.metrics.some((epoch) => epoch.dev_accuracy !== undefined));
  const single = runs.length === 1 ? runs[0] : undefined;
  const clips = [...new Set(runs.map((run) => run.settings['clip']))]
    .filter((clip): clip is number => typeof clip === 'number' && clip > 0);
  // A rate that stays as it is stands among the settings.
  const isScheduled = runs.some((run) => run.metrics.some((epoch) => epoch.learning_rate !== run.metrics[0]!.learning_rate));
  const cards = [
    curvesChart({
      id: 'loss',
      title: hasDev ? 'Loss on training and dev rows' : 'Loss on training rows',
      yName: single?.loss ?? 'mean cross-entropy of a row (nats)',
      runs,
      curves: [{ name: 'training', value: (epoch) => epoch.train_loss }, { name: 'dev', value: (epoch) => epoch.dev_loss }],
    }),
    hasDev && curvesChart({
      id: 'accuracy',
      title: 'Accuracy and macro-F1 on dev rows',
      yName: 'share, 0 to 1',
      least: 0.1,
      runs,
      curves: [
        { name: 'accuracy', value: (epoch) => epoch.dev_accuracy },
        { name: 'macro-F1', value: (epoch) => epoch.dev_macro_f1 },
      ],
    }),
    curvesChart({
      id: 'gradient-norm',
      title: 'Norm of the gradient',
      note: clips.length > 0
        ? 'Mean over the steps of an epoch, before clipping; steps above the threshold are scaled down to it.'
        : 'Mean over the steps of an epoch; nothing is clipped.',
      yName: '‖gradient‖, all parameters',
      type: 'log',
      runs,
      curves: [{ name: 'gradient norm', value: (epoch) => (epoch.gradient_norm > 0 ? epoch.gradient_norm : undefined) }],
      across: clips.map((clip) => ({ name: `clipped above ${clip}`, value: clip })),
    }),
    isScheduled && curvesChart({
      id: 'learning-rate',
      title: 'Learning rate',
      yName: 'learning rate at the end of the epoch',
      runs,
      curves: [{ name: 'learning rate', value: (epoch) => epoch.learning_rate }],
    }),
  ];
  return cards.flatMap((card) => (card ? [card.element] : []));
}
