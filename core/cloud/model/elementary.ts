/**
 * Logarithm, sine and cosine by the four operations only. ECMAScript lets engines round Math.log and Math.sin as they like;
 * the four operations are exact everywhere, so the same seed gives the same answer on every machine.
 */

const LN_2 = Math.LN2;

/** Natural logarithm of a positive number, error below 1e-15. */
export function ln(x: number): number {
  let [mantissa, exponent] = [x, 0];
  while (mantissa > Math.SQRT2) [mantissa, exponent] = [mantissa / 2, exponent + 1];
  while (mantissa < Math.SQRT1_2) [mantissa, exponent] = [mantissa * 2, exponent - 1];
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let series = 0;
  for (let k = 25; k >= 1; k -= 2) series = series * square + 1 / k;
  return 2 * s * series + exponent * LN_2;
}

const PI_4 = 0.7853981633974483;

/** Cosine and sine of an angle between 0 and a quarter of pi, by their power series. */
function small(angle: number): [number, number] {
  const square = angle * angle;
  let [c, s] = [0, 0];
  for (let k = 22; k >= 2; k -= 2) {
    c = (1 + c) * (-square / (k * (k - 1)));
    s = (1 + s) * (-square / (k * (k + 1)));
  }
  return [1 + c, angle * (1 + s)];
}

/** Cosine and sine of `part` of a full turn, 0 <= part < 1. */
export function turn(part: number): [number, number] {
  const octants = part * 8;
  const octant = Math.floor(octants);
  const rest = octants - octant;
  const [c, s] = small((octant % 2 === 0 ? rest : 1 - rest) * PI_4);
  switch (octant) {
    case 0:
      return [c, s];
    case 1:
      return [s, c];
    case 2:
      return [-s, c];
    case 3:
      return [-c, s];
    case 4:
      return [-c, -s];
    case 5:
      return [-s, -c];
    case 6:
      return [s, -c];
    default:
      return [c, -s];
  }
}

/** e^x for x <= 0, as 1 / e^-x; underflows to 0. */
export function expNegative(x: number): number {
  const y = -x;
  if (y > 745) return 0;
  const halvings = Math.max(0, Math.ceil(y * 4));
  const step = halvings === 0 ? 0 : y / halvings;
  let series = 0;
  for (let k = 14; k >= 1; k -= 1) series = (series + 1) * (step / k);
  let [power, result, n] = [1 + series, 1, halvings];
  while (n > 0) {
    if (n % 2 === 1) result *= power;
    power *= power;
    n = Math.floor(n / 2);
  }
  return 1 / result;
}
