import type { Lab } from './lab';
import { set } from './svg';
import type { Action } from './view';

/** A number that is dragged, or moved by the arrows of the keyboard. */
export interface Slider {
  label: string;
  value: () => number;
  action: (value: number) => Action;
  /** Whether actions are in relation to what stands there now; else a key takes the place of the key before. */
  isRelative?: boolean;
  /** Pixels of a drag that change it by 1. */
  pixels?: number;
}

const FINE = 0.1;

/** The value after a key; null for keys that do not move it. */
export function afterKey(key: string, value: number): number | null {
  const steps: Record<string, number> = {
    ArrowUp: 0.1, ArrowRight: 0.1, ArrowDown: -0.1, ArrowLeft: -0.1, PageUp: 1, PageDown: -1,
  };
  if (key === 'Home') return 0;
  const step = steps[key];
  return step === undefined ? null : Number((value + step).toFixed(6));
}

/** Makes an element a slider: dragged up and to the right a number grows. */
export function slide(node: Element, lab: Lab, slider: Slider): void {
  set(node, { role: 'slider', tabindex: 0, 'aria-label': slider.label, 'aria-orientation': 'vertical' });
  let start: { x: number; y: number; value: number; isFirst: boolean } | null = null;
  node.addEventListener('pointerdown', (event) => {
    const { clientX: x, clientY: y, pointerId } = event as PointerEvent;
    node.setPointerCapture(pointerId);
    start = { x, y, value: slider.value(), isFirst: true };
    lab.isDragging = true;
    event.preventDefault();
    (node as HTMLElement | SVGElement).focus();
  });
  node.addEventListener('pointermove', (event) => {
    if (start === null) return;
    const { clientX, clientY, shiftKey } = event as PointerEvent;
    const moved = (clientX - start.x + start.y - clientY) / (slider.pixels ?? 50);
    if (moved === 0 && start.isFirst) return;
    lab.drag(slider.action(Number((start.value + moved * (shiftKey ? FINE : 1)).toFixed(3))), start.isFirst);
    start.isFirst = false;
  });
  const end = (): void => {
    if (start === null) return;
    start = null;
    lab.isDragging = false;
    lab.show();
  };
  for (const name of ['pointerup', 'pointercancel', 'lostpointercapture']) node.addEventListener(name, end);
  node.addEventListener('keydown', (event) => {
    const { key } = event as KeyboardEvent;
    const value = afterKey(key, slider.value());
    if (value === null) return;
    event.preventDefault();
    lab.drag(slider.action(value), slider.isRelative ?? false);
  });
}

/** Says a slider's value to who does not see it. */
export const sayValue = (node: Element, value: number): void =>
  set(node, { 'aria-valuenow': Number(value.toFixed(3)), 'aria-valuetext': value.toFixed(2) });
