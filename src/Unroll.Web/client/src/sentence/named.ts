import type { Sentence } from '../data';

/** Sentences whose labels are numbers, with the names that these stand for. */
export function named(sentences: Sentence[], names: Record<string, string> | undefined): Sentence[] {
  if (names === undefined) return sentences;
  const nameOf = (label: string): string => names[label] ?? label;
  return sentences.map((sentence) => ({
    ...sentence,
    label: nameOf(sentence.label),
    probabilities: Object.fromEntries(Object.entries(sentence.probabilities).map(([label, p]) => [nameOf(label), p])),
    model: { ...sentence.model, labels: sentence.model.labels.map(nameOf) },
  }));
}
