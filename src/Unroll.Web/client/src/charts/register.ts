import type { PageData } from '../data';

interface Hook {
  data: PageData | null;
  /** What each chart draws, by its name; for tests, and for the console of a curious reader. */
  charts: Record<string, () => unknown>;
}

declare global {
  interface Window {
    unroll: Hook;
  }
}

const hook: Hook = (window.unroll = { data: null, charts: {} });

/** Gives a chart's name to what it draws; what is returned takes it away, unless a newer chart has it by then. */
export function register(id: string, option: () => unknown): () => void {
  hook.charts[id] = option;
  return () => {
    if (hook.charts[id] === option) Reflect.deleteProperty(hook.charts, id);
  };
}

export const publish = (data: PageData): void => void (hook.data = data);
