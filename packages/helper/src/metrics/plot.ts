import type { MetricPoint } from './job-metrics.ts';

export type PlotOptions = {
  /** Columns of the whole, labels included. Default 72. */
  width?: number;
  /** Rows of the curve. Default 10. */
  height?: number;
  /** Draw with ASCII alone, for terminals without Unicode. */
  ascii?: boolean;
};

/** A curve as points per cell: braille has two columns of four dots in each. */
type Grid = { columns: number; rows: number; dotsX: number; dotsY: number; cells: number[] };

const brailleBits = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
];

/**
 * A metric over its steps as lines of text: a title with the last value, the curve, and the steps below it. Points that
 * are not finite leave a gap and are counted. Pure: the same points always give the same text.
 */
export function plotMetric(title: string, points: readonly MetricPoint[], options: PlotOptions = {}): string {
  const { width = 72, height = 10, ascii = false } = options;
  const finite = points.filter(({ value }) => Number.isFinite(value));
  const heading = headingOf(title, points, points.length - finite.length);
  if (finite.length === 0) return heading;
  const [low, high] = spread(finite.map(({ value }) => value));
  const [first, last] = [finite[0]?.step ?? 0, finite.at(-1)?.step ?? 0];
  const labels = Array.from({ length: height }, (_, row) => (row === 0 ? shortNumber(high) : row === height - 1 ? shortNumber(low) : ''));
  const labelWidth = Math.max(...labels.map(({ length }) => length));
  const columns = Math.max(width - labelWidth - 2, 4);
  const grid: Grid = { columns, rows: height, dotsX: ascii ? 1 : 2, dotsY: ascii ? 1 : 4, cells: Array.from({ length: columns * height }, () => 0) };
  draw(grid, points, { low, high, first, last });
  const axis = ascii ? '|' : '│';
  const rows = labels.map((label, row) => `${label.padStart(labelWidth)} ${axis}${rowText(grid, row, ascii)}`.trimEnd());
  const steps = `${' '.repeat(labelWidth + 2)}${String(first)}${String(last).padStart(Math.max(columns - String(first).length, 1))}`;
  return [heading, ...rows, steps.trimEnd()].join('\n');
}

/** A number in at most nine characters or so, with four significant digits. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value) || value === 0) return String(value);
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(2).replace('e+', 'e');
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}

function headingOf(title: string, points: readonly MetricPoint[], notFinite: number): string {
  const last = points.at(-1);
  if (last === undefined) return `${oneLine(title)}  no values`;
  const gaps = notFinite === 0 ? '' : `, ${notFinite} not finite`;
  return `${oneLine(title)}  ${shortNumber(last.value)} at step ${last.step} (${points.length} ${points.length === 1 ? 'value' : 'values'}${gaps})`;
}

/** Names are the user's; in a terminal, control characters in them would be obeyed. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

function spread(values: readonly number[]): [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return [low, high];
}

function draw(grid: Grid, points: readonly MetricPoint[], range: { low: number; high: number; first: number; last: number }): void {
  const [right, bottom] = [grid.columns * grid.dotsX - 1, grid.rows * grid.dotsY - 1];
  // Scaled first, so that neither the largest nor the smallest numbers there are leave the range of a double.
  const share = (value: number, low: number, high: number): number => {
    const size = Math.max(Math.abs(low), Math.abs(high));
    const span = high / size - low / size;
    return span > 0 ? (value / size - low / size) / span : 0.5;
  };
  let before: [x: number, y: number] | undefined;
  for (const { step, value } of points) {
    if (!Number.isFinite(value)) {
      before = undefined;
      continue;
    }
    const at: [number, number] = [Math.round(share(step, range.first, range.last) * right), Math.round((1 - share(value, range.low, range.high)) * bottom)];
    line(grid, before ?? at, at);
    before = at;
  }
}

function line(grid: Grid, [fromX, fromY]: [number, number], [toX, toY]: [number, number]): void {
  const steps = Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY), 1);
  for (let index = 0; index <= steps; index += 1) {
    const x = Math.round(fromX + ((toX - fromX) * index) / steps);
    const y = Math.round(fromY + ((toY - fromY) * index) / steps);
    const cell = Math.floor(y / grid.dotsY) * grid.columns + Math.floor(x / grid.dotsX);
    const bit = brailleBits[x % grid.dotsX]?.[y % grid.dotsY] ?? 1;
    grid.cells[cell] = (grid.cells[cell] ?? 0) | bit;
  }
}

function rowText(grid: Grid, row: number, ascii: boolean): string {
  const cells = grid.cells.slice(row * grid.columns, (row + 1) * grid.columns);
  return cells.map((bits) => (bits === 0 ? ' ' : ascii ? '*' : String.fromCharCode(0x2800 + bits))).join('');
}
