// SPDX-License-Identifier: AGPL-3.0-only
//! Points as zkey files hold them: affine, Montgomery limbs, little-endian, all zero for the point at infinity.
use ark_bn254::{g1, g2, Fq, Fq2};
use ark_ec::{short_weierstrass::Affine, AffineRepr};
use ark_ff::{AdditiveGroup, BigInt, PrimeField};
use rayon::prelude::*;

use crate::{error::Result, field, invalid};

/// A curve point with a fixed width in the file.
pub trait ZkeyPoint: AffineRepr + Send + Sync {
    const WIDTH: usize;
    /// No check beyond coordinates below the modulus.
    fn decode(bytes: &[u8], name: &str) -> Result<Self>;
    fn encode(&self, out: &mut Vec<u8>);
    /// On the curve and in the prime subgroup.
    fn is_valid(&self) -> bool;
}

/// A coordinate from its Montgomery form.
fn coordinate(bytes: &[u8], name: &str) -> Result<Fq> {
    let limbs: BigInt<4> = field::limbs(bytes);
    if limbs >= Fq::MODULUS {
        return invalid!("{name}: coordinate not below the field's modulus");
    }
    Ok(Fq::new_unchecked(limbs))
}

fn write_coordinate(value: &Fq, out: &mut Vec<u8>) {
    value.0 .0.iter().for_each(|limb| out.extend(limb.to_le_bytes()));
}

impl ZkeyPoint for Affine<g1::Config> {
    const WIDTH: usize = 64;

    fn decode(bytes: &[u8], name: &str) -> Result<Self> {
        let (x, y) = (coordinate(&bytes[..32], name)?, coordinate(&bytes[32..], name)?);
        Ok(if x == Fq::ZERO && y == Fq::ZERO { Self::zero() } else { Self::new_unchecked(x, y) })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        let (x, y) = self.xy().unwrap_or_default();
        write_coordinate(&x, out);
        write_coordinate(&y, out);
    }

    fn is_valid(&self) -> bool {
        self.is_on_curve() // the cofactor is 1
    }
}

impl ZkeyPoint for Affine<g2::Config> {
    const WIDTH: usize = 128;

    fn decode(bytes: &[u8], name: &str) -> Result<Self> {
        let part = |i: usize| coordinate(&bytes[32 * i..32 * (i + 1)], name);
        let (x, y) = (Fq2::new(part(0)?, part(1)?), Fq2::new(part(2)?, part(3)?));
        Ok(if x == Fq2::ZERO && y == Fq2::ZERO { Self::zero() } else { Self::new_unchecked(x, y) })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        let (x, y) = self.xy().unwrap_or_default();
        [x.c0, x.c1, y.c0, y.c1].iter().for_each(|value| write_coordinate(value, out));
    }

    fn is_valid(&self) -> bool {
        self.is_on_curve() && self.is_in_correct_subgroup_assuming_on_curve()
    }
}

/// All points of a section's content, in parallel; with `checked`, each must be valid.
pub fn decode_all<P: ZkeyPoint>(bytes: &[u8], name: &str, checked: bool) -> Result<Vec<P>> {
    bytes
        .par_chunks_exact(P::WIDTH)
        .enumerate()
        .map(|(index, chunk)| {
            let point = P::decode(chunk, name)?;
            if checked && !point.is_valid() {
                return invalid!("{name}: point {index} is not on the curve or not in the subgroup");
            }
            Ok(point)
        })
        .collect()
}

pub fn encode_all<P: ZkeyPoint>(points: &[P]) -> Vec<u8> {
    let mut out = Vec::with_capacity(points.len() * P::WIDTH);
    points.iter().for_each(|point| point.encode(&mut out));
    out
}
