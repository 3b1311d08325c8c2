// SPDX-License-Identifier: AGPL-3.0-only
//! Bytes and field elements. `Fr` is the scalar field of BN254 (the circuit's field), `Fq` its base field.
pub use ark_bn254::{Fq, Fr};
use ark_ff::{BigInt, BigInteger, PrimeField};

use crate::{error::Result, invalid};

/// The four little-endian limbs of 32 little-endian bytes.
pub fn limbs(bytes: &[u8]) -> BigInt<4> {
    let mut out = [0u64; 4];
    for (limb, chunk) in out.iter_mut().zip(bytes.chunks_exact(8)) {
        *limb = u64::from_le_bytes(chunk.try_into().expect("chunks of 8"));
    }
    BigInt(out)
}

/// An element from 32 little-endian bytes; refuses values that are not below the modulus.
pub fn from_le<F: PrimeField<BigInt = BigInt<4>>>(bytes: &[u8], name: &str) -> Result<F> {
    if bytes.len() != 32 {
        return invalid!("{name}: {} bytes, want 32", bytes.len());
    }
    match F::from_bigint(limbs(bytes)) {
        Some(value) => Ok(value),
        None => invalid!("{name}: not below the field's modulus"),
    }
}

/// As `from_le`, from big-endian bytes.
pub fn from_be<F: PrimeField<BigInt = BigInt<4>>>(bytes: &[u8], name: &str) -> Result<F> {
    let mut reversed = bytes.to_vec();
    reversed.reverse();
    from_le(&reversed, name)
}

pub fn to_le<F: PrimeField<BigInt = BigInt<4>>>(value: &F) -> [u8; 32] {
    value.into_bigint().to_bytes_le().try_into().expect("four limbs")
}

pub fn to_be<F: PrimeField<BigInt = BigInt<4>>>(value: &F) -> [u8; 32] {
    let mut bytes = to_le(value);
    bytes.reverse();
    bytes
}

/// The modulus of `F` as 32 little-endian bytes.
pub fn modulus_le<F: PrimeField<BigInt = BigInt<4>>>() -> [u8; 32] {
    F::MODULUS.to_bytes_le().try_into().expect("four limbs")
}
