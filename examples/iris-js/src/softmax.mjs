// Softmax regression by full-batch gradient descent, in plain JavaScript.

/** Brings each measure to mean 0 and deviation 1, by what the rows to learn from say. */
export function standardiser(rows) {
  const columns = rows[0].measures.map((_, index) => rows.map(({ measures }) => measures[index]));
  const mean = columns.map((column) => sum(column) / column.length);
  const deviation = columns.map((column, index) => Math.sqrt(sum(column.map((value) => (value - mean[index]) ** 2)) / column.length));
  return { mean, deviation, apply: (measures) => measures.map((value, index) => (value - mean[index]) / deviation[index]) };
}

/** One row of weights a kind; the last weight is the bias. */
export function train(rows, kinds, { epochs, rate, onEpoch }) {
  const weights = Array.from({ length: kinds }, () => Array.from({ length: rows[0].measures.length + 1 }, () => 0));
  for (let epoch = 1; epoch <= epochs; epoch += 1) {
    const gradient = weights.map((row) => row.map(() => 0));
    let loss = 0;
    for (const { measures, kind } of rows) {
      const chances = predict(measures, weights);
      loss -= Math.log(chances[kind]);
      chances.forEach((chance, each) => {
        const error = chance - (each === kind ? 1 : 0);
        [...measures, 1].forEach((value, index) => {
          gradient[each][index] += (error * value) / rows.length;
        });
      });
    }
    weights.forEach((row, each) => row.forEach((_, index) => (row[index] -= rate * gradient[each][index])));
    onEpoch(epoch, loss / rows.length);
  }
  return weights;
}

/** The chance of each kind. */
export function predict(measures, weights) {
  const scores = weights.map((row) => sum(row.map((weight, index) => weight * (measures[index] ?? 1))));
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - largest));
  return powers.map((power) => power / sum(powers));
}

export function accuracy(rows, weights) {
  const right = rows.filter(({ measures, kind }) => {
    const chances = predict(measures, weights);
    return chances.indexOf(Math.max(...chances)) === kind;
  });
  return right.length / rows.length;
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
