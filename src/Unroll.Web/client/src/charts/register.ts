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

export const register = (id: string, option: () => unknown): void => void (hook.charts[id] = option);

export const publish = (data: PageData): void => void (hook.data = data);
