import { chartCard } from '../charts/chart';
import { heatMap } from '../charts/heatMap';
import type { GradientEpoch } from '../data';
import { choice } from '../page/choice';

const VIEWS = [
  { name: 'words before the end', values: (epoch: GradientEpoch) => epoch.hidden_norm },
  { name: 'time step from the start', values: (epoch: GradientEpoch) => epoch.by_step },
];

/** The norm of dL/dh_t over time and epochs. */
export function flowChart(epochs: GradientEpoch[]): HTMLElement {
  let view = VIEWS[0]!;
  const longest = (): number => Math.max(...epochs.map((epoch) => view.values(epoch).length));
  const card = chartCard({
    id: 'gradient-flow',
    title: 'Norm of the gradient at each hidden state',
    note: 'Mean of ‖∂L/∂h‖ over sampled sentences; equal steps of colour are equal factors. '
      + 'Where it darkens with distance, the gradient vanishes.',
    height: Math.min(640, Math.max(300, 110 + 18 * epochs.length)),
    controls: [choice('By', VIEWS.map((one) => one.name), (i) => {
      view = VIEWS[i]!;
      card.redraw();
    })],
    option: (colours) => heatMap({
      xName: view.name,
      x: Array.from({ length: longest() }, (_, i) => String(i)),
      yName: 'epoch',
      y: epochs.map((epoch) => String(epoch.epoch)),
      values: epochs.map((epoch) => view.values(epoch)),
      scale: 'logarithmic',
    }, colours),
    table: () => ({
      caption: `Mean of ‖∂L/∂h‖ by epoch and ${view.name}`,
      columns: ['epoch', ...Array.from({ length: longest() }, (_, i) => String(i))],
      rows: epochs.map((epoch) => [String(epoch.epoch), ...view.values(epoch)]),
    }),
  });
  return card.element;
}
