// The ranking under other weights: the same rules as the decision itself, on what it kept.
const weigh = (() => {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

  // Uniform numbers from a seed: the same weights always give the same answer.
  const uniform = (seed) => () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296;
  };
  const bell = (next) => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());

  // Marsaglia and Tsang.
  const gamma = (shape, next) => {
    if (shape < 1) return gamma(shape + 1, next) * next() ** (1 / shape);
    const d = shape - 1 / 3, c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = bell(next), v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(next()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
    }
  };

  const open = (data) => {
    const raw = bytes(data.correlation);
    return {
      ...data,
      chances: bytes(data.draws),
      correlations: new Int16Array(raw.buffer),
      expected: data.expected.flat(),
      mean: data.mean.flat(),
      spread: data.spread.flat(),
    };
  };

  const shares = (data, swings) => {
    const all = swings.some((one) => one > 0) ? swings : data.attributes.map((one) => one.usual);
    const whole = all.reduce((a, b) => a + b, 0);
    return all.map((one) => one / whole);
  };

  // A utility is a constant and three slopes: response, remission, drop-out.
  const lines = (data, weights) =>
    data.options.map((_, t) => {
      const line = [0, 0, 0, 0];
      data.attributes.forEach((one, a) => {
        const w = 100 * weights[a];
        if (one.id === "response") line[1] += w;
        else if (one.id === "speed") line[1] += w * one.worths[t];
        else if (one.id === "remission") line[2] += w;
        else if (one.id === "stay") { line[0] += w; line[3] -= w; }
        else line[0] += w * one.worths[t];
      });
      return line;
    });
  const at = (line, values, t) =>
    line[0] + line[1] * values[3 * t] + line[2] * values[3 * t + 1] + line[3] * values[3 * t + 2];

  const covariance = (data, lines, a, b) => {
    const n = 3 * data.options.length;
    let sum = 0;
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        const k = Math.min(3 * a + i, 3 * b + j), l = Math.max(3 * a + i, 3 * b + j);
        const r = k === l ? 1 : data.correlations[(k * (2 * n - k - 1)) / 2 + l - k - 1] / 32767;
        sum += lines[a][i + 1] * lines[b][j + 1] * data.spread[3 * a + i] * data.spread[3 * b + j] * r;
      }
    }
    return sum;
  };

  const inOrder = (utility) =>
    utility.map((_, t) => t).sort((a, b) => utility[b] - utility[a] || a - b);

  const ties = (data, lines, utility) => {
    const first = inOrder(utility)[0];
    const own = covariance(data, lines, first, first);
    return utility.map((one, t) => {
      const kind = Number(data.pairs[first][t]);
      if (t === first || kind === 3 || utility[first] - one < data.points) return true;
      const lead = at(lines[t], data.mean, t) - at(lines[first], data.mean, first);
      const both = covariance(data, lines, first, t);
      const sd = Math.sqrt(Math.max(own + covariance(data, lines, t, t) - 2 * both, 0));
      return sd > 0 ? lead / sd >= data.scores[kind] : lead > 0;
    });
  };

  // Levels may be off: the same for all draws of one option.
  const errors = (data, weights) =>
    data.options.map((_, t) => {
      let sum = 0;
      data.attributes.forEach((one, a) => {
        sum += (weights[a] * (one.unknown.includes(t) ? one.gap : one.known)) ** 2;
      });
      return 100 * Math.sqrt(sum);
    });

  // In each draw the weights are drawn about those given; every draw is used several times.
  const chanceOfFirst = (data, weights, rounds = 2) => {
    const count = data.options.length, sd = errors(data, weights);
    const own = weights.map((_, a) => uniform(a + 1));
    const off = data.options.map((_, t) => uniform(1000 + t));
    const best = new Array(count).fill(0);
    const values = new Float64Array(3 * count);
    for (let round = 0; round < rounds * data.count; round++) {
      const start = 3 * count * (round % data.count);
      for (let k = 0; k < 3 * count; k++) values[k] = data.chances[start + k] / 255;
      const parts = weights.map((w, a) => (w > 0 ? gamma(data.concentration * w, own[a]) : 0));
      const whole = parts.reduce((a, b) => a + b, 0);
      const drawn = lines(data, parts.map((one) => one / whole))
        .map((line, t) => at(line, values, t) + sd[t] * bell(off[t]));
      const most = Math.max(...drawn) - data.tolerance;
      const first = drawn.flatMap((one, t) => (one >= most ? [t] : []));
      first.forEach((t) => { best[t] += 1 / first.length; });
    }
    return best.map((one) => one / (rounds * data.count));
  };

  const rank = (data, swings) => {
    const weights = shares(data, swings), all = lines(data, weights);
    const utility = all.map((line, t) => at(line, data.expected, t));
    const tied = ties(data, all, utility), sorted = inOrder(utility);
    const group = sorted.filter((t) => tied[t]).sort((a, b) => a - b);
    const order = [...group, ...sorted.filter((t) => !tied[t])];
    return { weights, utility, tied, order, best: chanceOfFirst(data, weights) };
  };
  return { open, rank };
})();
