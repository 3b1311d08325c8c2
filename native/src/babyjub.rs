// SPDX-License-Identifier: AGPL-3.0-only
//! Baby Jubjub as circomlib writes it: 168700 x^2 + y^2 = 1 + 168696 x^2 y^2 over Fr (EIP-2494).
use std::sync::OnceLock;

use ark_ec::{
    scalar_mul::BatchMulPreprocessing,
    twisted_edwards::{Affine, MontCurveConfig, Projective, TECurveConfig},
    CurveConfig, PrimeGroup,
};
pub use ark_ed_on_bn254::Fr as Scalar; // integers modulo the subgroup's order
use ark_ff::{AdditiveGroup, MontFp, PrimeField};

use crate::field::Fr;

#[derive(Clone, Default, PartialEq, Eq)]
pub struct BabyJubjub;

impl CurveConfig for BabyJubjub {
    type BaseField = Fr;
    type ScalarField = Scalar;
    const COFACTOR: &'static [u64] = &[8];
    const COFACTOR_INV: Scalar =
        MontFp!("2394026564107420727433200628387514462817212225638746351800188703329891451411");
}

impl TECurveConfig for BabyJubjub {
    const COEFF_A: Fr = MontFp!("168700");
    const COEFF_D: Fr = MontFp!("168696");
    /// circomlib's Base8.
    const GENERATOR: Affine<Self> = Affine::new_unchecked(
        MontFp!("5299619240641551281634865583518297030282874472190772894086521144482721001553"),
        MontFp!("16950150798460657717958625567821834550301663161624707787222815936182638968203"),
    );
    type MontCurveConfig = BabyJubjub;
}

impl MontCurveConfig for BabyJubjub {
    const COEFF_A: Fr = MontFp!("168698");
    const COEFF_B: Fr = MontFp!("1");
    type TECurveConfig = BabyJubjub;
}

pub type Point = Affine<BabyJubjub>;
pub type Group = Projective<BabyJubjub>;

pub fn is_on_curve(x: Fr, y: Fr) -> bool {
    Point::new_unchecked(x, y).is_on_curve()
}

/// The point is known to be on the curve.
pub fn is_in_subgroup(point: &Point) -> bool {
    Group::from(*point).mul_bigint(Scalar::MODULUS) == Group::ZERO
}

/// scalar * Base8 by a table of windows, made on first use.
pub fn multiply_base8(scalar: &Scalar) -> Group {
    static TABLE: OnceLock<BatchMulPreprocessing<Group>> = OnceLock::new();
    let table = TABLE.get_or_init(|| BatchMulPreprocessing::new(Group::generator(), 1 << 12));
    let limbs = scalar.into_bigint().0;
    let window = table.window;
    let mut sum = Group::ZERO;
    for (outer, row) in table.table.iter().enumerate() {
        let start = outer * window;
        let mut digit = limbs[start / 64] >> (start % 64);
        if start % 64 + window > 64 && start / 64 < 3 {
            digit |= limbs[start / 64 + 1] << (64 - start % 64);
        }
        sum += &row[(digit & ((1 << window) - 1)) as usize];
    }
    sum
}
