// Power series in 128-bit fractions, for the transcendental functions of the x87.
//
// A fraction is high:low * 2^-128. Coefficients are cut off at 128 bits; the sums are good to better than 2^-120, the
// results, of 64 bits, to a little more than half a unit in the last place.
import { divideWide, multiplyWide, setWide, wideHigh, wideLow } from './softfloat-wide';

/** wide = a * b as fractions; up to three units too small. */
export function multiplyFraction(aHigh: u64, aLow: u64, bHigh: u64, bLow: u64): void {
  multiplyWide(aHigh, bLow);
  const middle = wideHigh, middleLow = wideLow;
  multiplyWide(aLow, bHigh);
  let cross = middle + wideHigh;
  let carry = u64(cross < middle);
  // Of the lower halves only the carry counts.
  if (middleLow + wideLow < middleLow) {
    cross++;
    carry += u64(cross == 0);
  }
  multiplyWide(aHigh, bHigh);
  const low = wideLow + cross;
  setWide(wideHigh + carry + u64(low < cross), low);
}

/** wide = a / b as fractions, for a < b and the top bit of b set; good to a few units. */
export function divideFraction(aHigh: u64, aLow: u64, bHigh: u64, bLow: u64): void {
  const first: u64 = aHigh >= bHigh ? ~0 : divideWide(aHigh, aLow, bHigh);
  // rest = a * 2^64 - first * b, of 192 bits; the digit is at most two too large (and the divisor is added back then).
  multiplyWide(first, bLow);
  const partHigh = wideHigh, partLow = wideLow;
  multiplyWide(first, bHigh);
  const middle = wideLow + partHigh;
  let restTop = aHigh - wideHigh - u64(middle < partHigh);
  let restHigh = aLow - middle;
  restTop -= u64(aLow < middle);
  let restLow = 0 - partLow;
  if (partLow != 0) {
    restTop -= u64(restHigh == 0);
    restHigh--;
  }
  let digit = first;
  while (<i64>restTop < 0) {
    digit--;
    const low = restLow + bLow;
    const carry = u64(low < restLow);
    const sum = restHigh + bHigh;
    const high = sum + carry;
    restTop += u64(sum < restHigh) + u64(high < sum);
    restLow = low;
    restHigh = high;
  }
  setWide(digit, restHigh >= bHigh ? ~0 : divideWide(restHigh, restLow, bHigh));
}

/**
 * wide = z * (c1 + z * (c2 + ...)), or with every other sign changed: z * (c1 - z * (c2 - ...)). Only for falling
 * coefficients, so that no difference is negative and no sum reaches 1.
 */
export function series(coefficients: usize, count: u32, zHigh: u64, zLow: u64, alternating: bool): void {
  const last = coefficients + (count - 1 << 4);
  let high = load<u64>(last), low = load<u64>(last, 8);
  for (let at = last - 16; at >= coefficients; at -= 16) {
    multiplyFraction(zHigh, zLow, high, low);
    const cHigh = load<u64>(at), cLow = load<u64>(at, 8);
    if (alternating) {
      low = cLow - wideLow;
      high = cHigh - wideHigh - u64(cLow < wideLow);
    } else {
      low = cLow + wideLow;
      high = cHigh + wideHigh + u64(low < cLow);
    }
  }
  multiplyFraction(zHigh, zLow, high, low);
}

/** 1/3!, 1/5!, ... with z = x^2: 1 - sin x / x. */
export const SINE: usize = memory.data<u64>([
  0x2aaa_aaaa_aaaa_aaaa, 0xaaaa_aaaa_aaaa_aaaa,
  0x0222_2222_2222_2222, 0x2222_2222_2222_2222,
  0x000d_00d0_0d00_d00d, 0x00d0_0d00_d00d_00d0,
  0x0000_2e3b_c74a_ad8e, 0x671f_5583_911c_a002,
  0x0000_006b_9915_9fd5, 0x138e_3f9d_1f92_e0df,
  0x0000_0000_b092_309d, 0x4368_4be5_1c19_8e91,
  0x0000_0000_00d7_3f9f, 0x399d_c0f8_8ec3_2b58,
  0x0000_0000_0000_ca96, 0x3b81_856a_5359_3028,
  0x0000_0000_0000_0097, 0xa4da_340a_0ab9_2650,
  0x0000_0000_0000_0000, 0x5c6e_3bdb_73d5_c62f,
  0x0000_0000_0000_0000, 0x002e_c368_262c_7033,
  0x0000_0000_0000_0000, 0x0000_13f3_ccdd_165f,
  0x0000_0000_0000_0000, 0x0000_0007_46ac_70b7,
]);
export const SINE_TERMS: u32 = 13;

/** 1/2!, 1/4!, ... with z = x^2: 1 - cos x. */
export const COSINE: usize = memory.data<u64>([
  0x8000_0000_0000_0000, 0x0000_0000_0000_0000,
  0x0aaa_aaaa_aaaa_aaaa, 0xaaaa_aaaa_aaaa_aaaa,
  0x005b_05b0_5b05_b05b, 0x05b0_5b05_b05b_05b0,
  0x0001_a01a_01a0_1a01, 0xa01a_01a0_1a01_a01a,
  0x0000_049f_93ed_de27, 0xd71c_bbc0_5b4f_a999,
  0x0000_0008_f76c_77fc, 0x6c4b_daa2_6d4c_3d67,
  0x0000_0000_0c9c_ba54, 0x603e_4e90_5d6f_8a2e,
  0x0000_0000_000d_73f9, 0xf399_dc0f_88ec_32b5,
  0x0000_0000_0000_0b41, 0x3c31_dcbe_cbbd_d802,
  0x0000_0000_0000_0007, 0x950a_e900_8089_41ea,
  0x0000_0000_0000_0000, 0x0433_8e5b_6dfe_14a5,
  0x0000_0000_0000_0000, 0x0001_f2cf_0197_2f57,
  0x0000_0000_0000_0000, 0x0000_00c4_742f_e352,
]);
export const COSINE_TERMS: u32 = 13;

/** 1/2!, 1/3!, ...: (e^x - 1) / x - 1. */
export const EXPONENTIAL: usize = memory.data<u64>([
  0x8000_0000_0000_0000, 0x0000_0000_0000_0000,
  0x2aaa_aaaa_aaaa_aaaa, 0xaaaa_aaaa_aaaa_aaaa,
  0x0aaa_aaaa_aaaa_aaaa, 0xaaaa_aaaa_aaaa_aaaa,
  0x0222_2222_2222_2222, 0x2222_2222_2222_2222,
  0x005b_05b0_5b05_b05b, 0x05b0_5b05_b05b_05b0,
  0x000d_00d0_0d00_d00d, 0x00d0_0d00_d00d_00d0,
  0x0001_a01a_01a0_1a01, 0xa01a_01a0_1a01_a01a,
  0x0000_2e3b_c74a_ad8e, 0x671f_5583_911c_a002,
  0x0000_049f_93ed_de27, 0xd71c_bbc0_5b4f_a999,
  0x0000_006b_9915_9fd5, 0x138e_3f9d_1f92_e0df,
  0x0000_0008_f76c_77fc, 0x6c4b_daa2_6d4c_3d67,
  0x0000_0000_b092_309d, 0x4368_4be5_1c19_8e91,
  0x0000_0000_0c9c_ba54, 0x603e_4e90_5d6f_8a2e,
  0x0000_0000_00d7_3f9f, 0x399d_c0f8_8ec3_2b58,
  0x0000_0000_000d_73f9, 0xf399_dc0f_88ec_32b5,
  0x0000_0000_0000_ca96, 0x3b81_856a_5359_3028,
  0x0000_0000_0000_0b41, 0x3c31_dcbe_cbbd_d802,
  0x0000_0000_0000_0097, 0xa4da_340a_0ab9_2650,
  0x0000_0000_0000_0007, 0x950a_e900_8089_41ea,
  0x0000_0000_0000_0000, 0x5c6e_3bdb_73d5_c62f,
  0x0000_0000_0000_0000, 0x0433_8e5b_6dfe_14a5,
  0x0000_0000_0000_0000, 0x002e_c368_262c_7033,
  0x0000_0000_0000_0000, 0x0001_f2cf_0197_2f57,
  0x0000_0000_0000_0000, 0x0000_13f3_ccdd_165f,
]);
export const EXPONENTIAL_TERMS: u32 = 24;

/** 1/3, 1/5, ... with z = x^2: 1 - atan x / x, alternating; artanh x / x - 1, not alternating. */
export const ARC: usize = memory.data<u64>([
  0x5555_5555_5555_5555, 0x5555_5555_5555_5555,
  0x3333_3333_3333_3333, 0x3333_3333_3333_3333,
  0x2492_4924_9249_2492, 0x4924_9249_2492_4924,
  0x1c71_c71c_71c7_1c71, 0xc71c_71c7_1c71_c71c,
  0x1745_d174_5d17_45d1, 0x745d_1745_d174_5d17,
  0x13b1_3b13_b13b_13b1, 0x3b13_b13b_13b1_3b13,
  0x1111_1111_1111_1111, 0x1111_1111_1111_1111,
  0x0f0f_0f0f_0f0f_0f0f, 0x0f0f_0f0f_0f0f_0f0f,
  0x0d79_435e_50d7_9435, 0xe50d_7943_5e50_d794,
  0x0c30_c30c_30c3_0c30, 0xc30c_30c3_0c30_c30c,
  0x0b21_642c_8590_b216, 0x42c8_590b_2164_2c85,
  0x0a3d_70a3_d70a_3d70, 0xa3d7_0a3d_70a3_d70a,
  0x097b_425e_d097_b425, 0xed09_7b42_5ed0_97b4,
  0x08d3_dcb0_8d3d_cb08, 0xd3dc_b08d_3dcb_08d3,
  0x0842_1084_2108_4210, 0x8421_0842_1084_2108,
  0x07c1_f07c_1f07_c1f0, 0x7c1f_07c1_f07c_1f07,
  0x0750_7507_5075_0750, 0x7507_5075_0750_7507,
  0x06eb_3e45_306e_b3e4, 0x5306_eb3e_4530_6eb3,
]);
export const ARC_TANGENT_TERMS: u32 = 11;
export const LOGARITHM_TERMS: u32 = 18;

/** atan(k / 8), k = 1 to 8, scaled by 2^127. */
export const ARC_TANGENT: usize = memory.data<u64>([
  0x0fea_dd4d_5617_b6e3, 0x2c89_7989_f3e8_88ef,
  0x1f5b_75f9_2c80_dd62, 0xadb8_f3de_bef4_42fc,
  0x2dec_3283_c9bd_e11c, 0xe2a8_c848_b73f_9120,
  0x3b58_ce0a_c376_9ed1, 0x5bf9_117b_2f0e_a340,
  0x4780_2eaf_7bfa_cfcd, 0xae41_af0b_32e2_1ba3,
  0x525e_3e8c_9a7b_8492, 0x0cd4_3f95_22be_d64f,
  0x5c02_9f15_e118_cf39, 0xe596_d2a9_0852_221e,
  0x6487_ed51_10b4_611a, 0x6263_3145_c06e_0e68,
]);

/** pi / 4 scaled by 2^128, ln 2 scaled by 2^128, 2 / ln 2 scaled by 2^126. */
export const QUARTER_PI_HIGH: u64 = 0xc90f_daa2_2168_c234;
export const QUARTER_PI_LOW: u64 = 0xc4c6_628b_80dc_1cd1;
export const LN2_HIGH: u64 = 0xb172_17f7_d1cf_79ab;
export const LN2_LOW: u64 = 0xc9e3_b398_03f2_f6af;
export const TWO_OVER_LN2_HIGH: u64 = 0xb8aa_3b29_5c17_f0bb;
export const TWO_OVER_LN2_LOW: u64 = 0xbe87_fed0_691d_3e88;
