import type { RandomBytes } from '@destino/core/model';

const qualities = [
  'able', 'amber', 'apt', 'bold', 'brave', 'brief', 'bright', 'brisk', 'calm', 'clear', 'clever', 'cool', 'cosy', 'crisp', 'deft', 'eager',
  'early', 'fair', 'fast', 'fine', 'firm', 'fond', 'frank', 'fresh', 'gentle', 'glad', 'golden', 'grand', 'green', 'happy', 'hardy', 'honest',
  'jolly', 'keen', 'kind', 'lively', 'loyal', 'lucky', 'mellow', 'merry', 'mild', 'modest', 'neat', 'nimble', 'noble', 'open', 'patient', 'plain',
  'proud', 'quick', 'quiet', 'rapid', 'ready', 'sharp', 'shy', 'silver', 'smart', 'sober', 'steady', 'still', 'sunny', 'tidy', 'warm', 'wise',
] as const;
const animals = [
  'badger', 'bear', 'beaver', 'bison', 'bream', 'carp', 'cat', 'crane', 'crow', 'deer', 'dove', 'duck', 'eagle', 'eel', 'elk', 'falcon',
  'finch', 'fox', 'frog', 'gecko', 'goat', 'goose', 'gull', 'hare', 'hawk', 'heron', 'horse', 'ibex', 'jay', 'kite', 'koala', 'lark',
  'lemur', 'linnet', 'lion', 'lynx', 'magpie', 'marten', 'mole', 'moose', 'mouse', 'newt', 'otter', 'owl', 'panda', 'perch', 'pike', 'plover',
  'puffin', 'quail', 'raven', 'robin', 'salmon', 'seal', 'shrew', 'sparrow', 'stoat', 'stork', 'swan', 'swift', 'tern', 'toad', 'trout', 'wren',
] as const;

/** A name that people can say and remember, as `brave-otter`: one of 4,096. From the fourth try on it gets a number. */
export function newJobName(random: RandomBytes, tries = 0): string {
  const bytes = random(4);
  const name = `${qualities[(bytes[0] ?? 0) % qualities.length]}-${animals[(bytes[1] ?? 0) % animals.length]}`;
  return tries < 3 ? name : `${name}-${(((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0)) % 10_000}`;
}
