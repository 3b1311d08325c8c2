// SPDX-License-Identifier: AGPL-3.0-only
//! Groth16 over BN254 in the form of snarkjs: its QAP (rows for the public wires, H on the odd half of the 2n-th roots
//! of unity), its key, proof and verification key files. A key from here and a key from an snarkjs ceremony are one kind.
pub mod json;
pub mod points;
pub mod prove;
pub mod setup;
pub mod verify;
pub mod zkey;

use ark_bn254::{Bn254, G1Affine, G2Affine};
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};

use crate::{error::Result, field::Fr, invalid, r1cs::Rows};

pub type Proof = ark_groth16::Proof<Bn254>;
pub type VerifyingKey = ark_groth16::VerifyingKey<Bn254>;
pub type Domain = Radix2EvaluationDomain<Fr>;

/// Everything the prover needs. `n` is the domain size; rows beyond the system's own are empty.
#[derive(Clone, Debug, PartialEq)]
pub struct ProvingKey {
    pub vk: VerifyingKey,
    pub beta_g1: G1Affine,
    pub delta_g1: G1Affine,
    pub a_rows: Rows,      // n rows: the system's A, then w_i for each public wire i, wire 0 included
    pub b_rows: Rows,      // n rows
    pub a: Vec<G1Affine>,  // of each wire
    pub b1: Vec<G1Affine>, // of each wire
    pub b2: Vec<G2Affine>, // of each wire
    pub l: Vec<G1Affine>,  // of each wire that is not public
    pub h: Vec<G1Affine>,  // n points
}

impl ProvingKey {
    /// Public wires without wire 0.
    pub fn n_public(&self) -> usize {
        self.vk.gamma_abc_g1.len() - 1
    }

    pub fn domain_size(&self) -> usize {
        self.h.len()
    }
}

/// The n-th and the 2n-th roots of unity, n the least power of two with room for `rows` rows.
pub fn domains(rows: usize) -> Result<(Domain, Domain)> {
    let size = rows.checked_next_power_of_two().unwrap_or(usize::MAX);
    match (size <= 1 << 27).then(|| Some((Domain::new(size)?, Domain::new(2 * size)?))).flatten() {
        Some(pair) => Ok(pair),
        None => invalid!("r1cs: {rows} rows, want at most 2^27"),
    }
}
