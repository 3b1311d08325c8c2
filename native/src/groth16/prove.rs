// SPDX-License-Identifier: AGPL-3.0-only
//! The prover. It does not look whether the witness satisfies the system: a wrong witness gives a proof that fails.
use ark_ec::CurveGroup;
use ark_ff::{BigInt, PrimeField, UniformRand};
use ark_poly::EvaluationDomain;
use rand::RngCore;
use rayon::prelude::*;

use super::{domains, msm, Proof, ProvingKey};
use crate::{error::Result, field::Fr, invalid, r1cs::Rows, witness::Witness};

/// Values of (A*B - C) / (tau-independent factor) on the odd 2n-th roots of unity, the scalars of the H points.
fn quotient(key: &ProvingKey, values: &[Fr]) -> Result<Vec<Fr>> {
    let (small, large) = domains(key.domain_size())?;
    let odd = small.get_coset(large.group_gen).expect("a root of unity is not zero");
    let shift = |mut evaluations: Vec<Fr>| {
        small.ifft_in_place(&mut evaluations);
        odd.fft_in_place(&mut evaluations);
        evaluations
    };
    let evaluate = |rows: &Rows| -> Vec<Fr> {
        (0..rows.len()).into_par_iter().with_min_len(256).map(|index| rows.dot(index, values)).collect()
    };
    let (a, b) = (evaluate(&key.a_rows), evaluate(&key.b_rows));
    let c: Vec<Fr> = a.par_iter().zip(&b).map(|(a, b)| *a * b).collect();
    let (a, b, c) = (shift(a), shift(b), shift(c));
    Ok(a.into_par_iter().zip(b).zip(c).map(|((a, b), c)| a * b - c).collect())
}

/// The blinding factors come from `rng`: the proof is zero-knowledge only if nobody can predict them.
pub fn prove(key: &ProvingKey, witness: &Witness, rng: &mut impl RngCore) -> Result<Proof> {
    if witness.values.len() != key.a.len() {
        return invalid!("witness: {} values, the key has {} wires", witness.values.len(), key.a.len());
    }
    if witness.values[0] != Fr::from(1u64) {
        return invalid!("witness: wire 0 is not 1");
    }
    let (r, s) = (Fr::rand(rng), Fr::rand(rng));
    let h: Vec<BigInt<4>> = quotient(key, &witness.values)?.into_par_iter().map(PrimeField::into_bigint).collect();
    let wires: Vec<BigInt<4>> = witness.values.par_iter().map(|value| value.into_bigint()).collect();
    let a = msm::multiply(&key.a, &wires) + key.vk.alpha_g1 + key.delta_g1 * r;
    let b1 = msm::multiply(&key.b1, &wires) + key.beta_g1 + key.delta_g1 * s;
    let b2 = msm::multiply(&key.b2, &wires) + key.vk.beta_g2 + key.vk.delta_g2 * s;
    let private = msm::multiply(&key.l, &wires[key.n_public() + 1..]);
    let c = private + msm::multiply(&key.h, &h) + a * s + b1 * r - key.delta_g1 * (r * s);
    Ok(Proof { a: a.into_affine(), b: b2.into_affine(), c: c.into_affine() })
}
