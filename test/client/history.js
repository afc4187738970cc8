// What clients saw, and whether the contract of freshness and consistency allows it. Every push writes its number, which is
// the commit's position on the branch, into two files; so each answer tells which commit it was made from.

const slack = 1_000; // milliseconds by which an age may be understated

export class History {
  pushes = []; // {number, begun, acknowledged}: milliseconds
  reads = []; // {instance, level, target, maxAge, token, asked, answered, starting, status, numbers, problem, header}

  // The newest push that was acknowledged by then.
  #acknowledged(time) {
    return this.pushes.reduce((newest, push) => (push.acknowledged <= time ? push.number : newest), 0);
  }

  answered = level => this.reads.filter(read => read.level === level && read.status === 200).length;

  // Each rule that an answer breaks, in a sentence.
  violations() {
    const found = [];
    const hashes = new Map();
    const etags = new Map();
    for (const read of this.reads) {
      const rules = read.status === 200 ? this.#broken(read, hashes, etags) : refusal(read);
      for (const broken of rules) found.push(`${broken}: ${JSON.stringify(read)}`);
    }
    return found;
  }

  *#broken(read, hashes, etags) {
    const [number, hash] = positionOf(read.header.version);
    if (read.numbers.some(one => one !== number)) yield 'the answer is not that of its version alone';
    const push = this.pushes.find(one => one.number === number);
    if (push === undefined || push.begun > read.answered) yield 'the answer has what nobody had pushed';
    if (firstOf(hashes, number, hash) !== hash) yield 'one version has two tokens';
    if (firstOf(etags, `${read.target} ${number}`, read.header.etag) !== read.header.etag) yield 'one content has two ETags';
    yield* this.#stale(read, number);
    yield* this.#unmet(read, number, hash);
  }

  // The true age counts from the acknowledgement of the first push that is not in the answer.
  *#stale(read, number) {
    const next = this.pushes.find(push => push.number === number + 1);
    if (next === undefined) return;
    if (read.asked - next.acknowledged > read.header.age * 1_000 + slack) yield 'the age is understated';
  }

  *#unmet(read, number, hash) {
    const atLeast = {
      strong: () => this.#acknowledged(read.asked),
      bounded: () => this.#acknowledged(read.asked - read.maxAge * 1_000),
      session: () => positionOf(read.token)[0],
    }[read.level];
    if (atLeast !== undefined && number < atLeast()) yield `${read.level} promised ${atLeast()}`;
    if (read.level === 'snapshot' && read.token !== `v1-${number}-${hash}`) yield 'another version than the one asked for';
  }
}

// How each level may be refused.
const refusals = { eventual: [], bounded: [503], session: [503], snapshot: [410, 503], strong: [503] };

function* refusal({ level, status, starting, problem }) {
  if (starting && problem.type === 'urn:aureacore:problem:not-ready') return;
  if (!refusals[level].includes(status)) yield `${level} was answered ${status}`;
}

export const positionOf = token => {
  const [, number, hash] = token.split('-');
  return [Number(number), hash];
};

// What the map has under the key; the value if it had none.
function firstOf(map, key, value) {
  if (!map.has(key)) map.set(key, value);
  return map.get(key);
}

// Numbers evenly spread over [0, 1), the same for the same seed.
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
