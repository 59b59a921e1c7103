/** A seeded source of randomness (mulberry32), so that a failure can be repeated with the seed its name gives. */
export class Random {
  constructor(seed) {
    this.state = seed;
  }

  /** In [0, 1). */
  next() {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  below(limit) {
    return Math.floor(this.next() * limit);
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** Every item with probability one half. */
  some(list) {
    return list.filter(() => this.next() < 0.5);
  }

  bytes(length) {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }

  /** `bytes` with a few of them changed, removed, doubled or cut off. */
  mutate(bytes) {
    let out = Buffer.from(bytes);
    for (let n = 1 + this.below(4); n > 0; n--) {
      const at = this.below(out.length + 1);
      const [head, tail] = [out.subarray(0, at), out.subarray(at)];
      const change = this.below(5);
      if (change === 0) out = Buffer.concat([head, this.bytes(1), tail.subarray(1)]);
      else if (change === 1) out = Buffer.concat([head, tail.subarray(1 + this.below(8))]);
      else if (change === 2) out = Buffer.concat([head, this.bytes(1 + this.below(4)), tail]);
      else if (change === 3) out = Buffer.concat([head, head.subarray(-8), tail]);
      else if (this.below(4) === 0) out = head;
    }
    return out;
  }
}
