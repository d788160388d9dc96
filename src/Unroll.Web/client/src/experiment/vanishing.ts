import { barsChart } from '../charts/bars';
import { linesChart } from '../charts/lines';
import type { ExperimentOf } from './data';
import { linesOf } from './lines';

/** How gradients vanish, cell by cell. */
export function vanishingCharts({ lines }: ExperimentOf<'vanishing'>): HTMLElement[] {
  const curves = linesOf(lines, 'curve');
  const summaries = linesOf(lines, 'summary');
  return [
    linesChart({
      id: 'gradient-left',
      title: 'Gradient left against distance',
      note: 'Before any training: ‖∂L/∂s‖ so many steps before the end, as a share of what it is at the end. '
        + 'A straight line is a constant factor a step.',
      height: 380,
      xName: 'steps before the end',
      yName: 'share of the gradient',
      yType: 'log',
      lines: () => curves.map(({ cell, gradient }) => ({
        name: cell, points: gradient.map((value, d) => [d, value / gradient[0]!]),
      })),
    }).element,
    linesChart({
      id: 'jacobian-norm',
      title: 'Product of Jacobians against distance',
      note: 'Its largest singular value: the most that any gradient could keep.',
      height: 380,
      xName: 'steps before the end',
      yName: '‖∂s_T/∂s_t‖',
      yType: 'log',
      lines: () => curves.map(({ cell, jacobian_norm: norms }) => ({ name: cell, points: norms.map((value, d) => [d, value]) })),
    }).element,
    barsChart({
      id: 'factors',
      title: 'What the spectral radius predicts',
      note: 'The radius of the recurrent weights (of those of the candidate, where a cell has gates), '
        + 'beside the factor by which the gradient shrinks in a step.',
      xName: '',
      names: summaries.map((summary) => summary.cell),
      yName: 'factor a step',
      bars: [
        { name: 'spectral radius', values: summaries.map((summary) => summary.spectral_radius) },
        { name: 'measured factor', values: summaries.map((summary) => summary.factor_per_step) },
      ],
    }).element,
  ];
}
