// SPDX-License-Identifier: AGPL-3.0-only
//! Groth16 over BN254 in the form of snarkjs: its QAP (rows for the public wires, H on the odd half of the 2n-th roots
//! of unity), its key, proof and verification key files. A key from here and a key from an snarkjs ceremony are one kind.
pub mod json;
pub mod msm;
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

#[cfg(test)]
mod tests {
    use super::{prove::prove, setup::setup, verify, zkey};
    use crate::{field::Fr, r1cs::R1cs, witness::Witness};
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    /// w3 * w3 = w2, w2 * w3 = w1 + w0 with w1 public.
    fn system() -> (R1cs, Witness) {
        let one = |wire: u32| (wire, Fr::from(1u64));
        let labels = vec![0, 1, 2, 3];
        let mut out = R1cs { n_wires: 4, n_pub_out: 1, n_labels: 4, labels, ..R1cs::default() };
        let rows = [(vec![one(3)], vec![one(3)], vec![one(2)]), (vec![one(2)], vec![one(3)], vec![one(1), one(0)])];
        for (a, b, c) in rows {
            out.a.push(a.into_iter());
            out.b.push(b.into_iter());
            out.c.push(c.into_iter());
        }
        (out, Witness { values: [1, 26, 9, 3].map(Fr::from).to_vec() })
    }

    #[test]
    fn proves_verifies_and_keeps_keys() {
        let (r1cs, witness) = system();
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let key = setup(&r1cs, &mut rng).unwrap();
        let prepared = verify::prepare(&key.vk).unwrap();
        let proof = prove(&key, &witness, &mut rng).unwrap();
        assert!(verify::verify(&prepared, &[Fr::from(26u64)], &proof).unwrap());
        assert!(!verify::verify(&prepared, &[Fr::from(27u64)], &proof).unwrap());
        assert!(verify::verify(&prepared, &[], &proof).is_err());
        let bytes = zkey::to_bytes(&key);
        assert_eq!(zkey::from_bytes(&bytes, true).unwrap(), key);
        for cut in (0..bytes.len()).step_by(7) {
            assert!(zkey::from_bytes(&bytes[..cut], true).is_err(), "cut at {cut}");
        }
    }
}
