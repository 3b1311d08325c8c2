// SPDX-License-Identifier: AGPL-3.0-only
//! circomlib's EdDSA-Poseidon over Baby Jubjub: h = Poseidon(R8, A, M), accepted iff S*B8 == R8 + 8*h*A.
//!
//! `secret` is what circomlibjs calls `s >> 3`: A = secret * B8 and S = r + 8 * h * secret mod l.
use ark_ec::{AffineRepr, CurveGroup, PrimeGroup};
use ark_ff::{AdditiveGroup, BigInteger, PrimeField};
use blake2::{Blake2b512, Digest};

use crate::{
    babyjub::{self, Group, Point, Scalar},
    error::Result,
    field::{self, Fr},
    invalid, poseidon,
};

const NONCE_DOMAIN: &[u8] = b"zklink-native/eddsa-poseidon/nonce/v1";

/// Coordinates as given: nothing is known about them yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    pub r8: (Fr, Fr),
    /// Any 256-bit integer; only values below the subgroup's order can verify.
    pub s: ark_ff::BigInt<4>,
}

pub fn public_key(secret: &Scalar) -> Result<Point> {
    if *secret == Scalar::ZERO {
        return invalid!("secret: 0, want 1 to the subgroup's order - 1");
    }
    Ok(babyjub::multiply_base8(secret).into_affine())
}

/// Deterministic: the nonce is a hash of secret and message, reduced from 512 bits.
pub fn sign(secret: &Scalar, message: Fr) -> Result<Signature> {
    let key = public_key(secret)?;
    let digest = Blake2b512::new()
        .chain_update(NONCE_DOMAIN)
        .chain_update(field::to_le(secret))
        .chain_update(field::to_le(&message))
        .finalize();
    let nonce = Scalar::from_le_bytes_mod_order(&digest);
    let r8 = babyjub::multiply_base8(&nonce).into_affine();
    let s = nonce + challenge(&[r8.x, r8.y, key.x, key.y, message]) * secret;
    Ok(Signature { r8: (r8.x, r8.y), s: s.into_bigint() })
}

/// 8 * Poseidon(R8, A, M) modulo the subgroup's order.
fn challenge(values: &[Fr; 5]) -> Scalar {
    let hash = poseidon::hash(values, Fr::ZERO).expect("five inputs");
    Scalar::from_le_bytes_mod_order(&hash.into_bigint().to_bytes_le()) * Scalar::from(8u64)
}

/// Strict: S below the subgroup's order, R8 and A on the curve, A in the subgroup and not the identity.
pub fn verify(key: (Fr, Fr), signature: &Signature, message: Fr) -> bool {
    let Some(s) = Scalar::from_bigint(signature.s) else { return false };
    let (r8x, r8y) = signature.r8;
    if !babyjub::is_on_curve(r8x, r8y) || !babyjub::is_on_curve(key.0, key.1) {
        return false;
    }
    let (r8, key) = (Point::new_unchecked(r8x, r8y), Point::new_unchecked(key.0, key.1));
    if key.is_zero() || !babyjub::is_in_subgroup(&key) {
        return false;
    }
    let factor = challenge(&[r8.x, r8.y, key.x, key.y, message]);
    babyjub::multiply_base8(&s) == Group::from(key).mul_bigint(factor.into_bigint()) + r8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_and_verifies() {
        let (secret, message) = (Scalar::from(12345u64), Fr::from(6789));
        let key = public_key(&secret).unwrap();
        let signature = sign(&secret, message).unwrap();
        assert!(verify((key.x, key.y), &signature, message));
        assert!(!verify((key.x, key.y), &signature, message + Fr::from(1)));
    }

    #[test]
    fn refuses_s_plus_order() {
        let secret = Scalar::from(3u64);
        let key = public_key(&secret).unwrap();
        let mut signature = sign(&secret, Fr::from(4)).unwrap();
        assert!(!signature.s.add_with_carry(&Scalar::MODULUS));
        assert!(!verify((key.x, key.y), &signature, Fr::from(4)));
    }

    #[test]
    fn zero_secret_has_no_key() {
        assert!(public_key(&Scalar::ZERO).is_err());
    }
}
