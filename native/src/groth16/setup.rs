// SPDX-License-Identifier: AGPL-3.0-only
//! A development key: whoever knows the seed can forge proofs. Production keys come from a ceremony, as zkey files.
use ark_bn254::{G1Projective, G2Projective};
use ark_ec::{scalar_mul::BatchMulPreprocessing, CurveGroup, PrimeGroup};
use ark_ff::{AdditiveGroup, Field, UniformRand};
use ark_poly::EvaluationDomain;
use rand::RngCore;
use rayon::prelude::*;

use super::{domains, ProvingKey, VerifyingKey};
use crate::{
    error::Result,
    field::Fr,
    invalid,
    r1cs::{R1cs, Rows},
};

/// The toxic waste.
struct Secrets {
    tau: Fr,
    alpha: Fr,
    beta: Fr,
    gamma: Fr,
    delta: Fr,
}

impl Secrets {
    /// None is zero, tau is no `roots`-th root of unity, gamma != delta.
    fn draw(rng: &mut impl RngCore, roots: u64) -> Self {
        loop {
            let [tau, alpha, beta, gamma, delta] = std::array::from_fn(|_| Fr::rand(rng));
            let product = tau * alpha * beta * gamma * delta;
            if product != Fr::ZERO && tau.pow([roots]) != Fr::ONE && gamma != delta {
                return Secrets { tau, alpha, beta, gamma, delta };
            }
        }
    }
}

/// Per wire, the sum of coefficient * weight of its row.
fn columns(rows: &Rows, weights: &[Fr], n_wires: usize) -> Vec<Fr> {
    let mut out = vec![Fr::ZERO; n_wires];
    for (index, weight) in weights.iter().enumerate().take(rows.len()) {
        for (wire, coefficient) in rows.row(index) {
            out[*wire as usize] += *weight * coefficient;
        }
    }
    out
}

/// The rows of A and B on the whole domain: A gains the row w_i for each public wire i, wire 0 included (the rows that
/// keep the public columns independent), then both are filled with empty rows.
fn padded(r1cs: &R1cs, size: usize) -> (Rows, Rows) {
    let (mut a, mut b) = (r1cs.a.clone(), r1cs.b.clone());
    (0..=r1cs.n_public() as u32).for_each(|wire| a.push(std::iter::once((wire, Fr::ONE))));
    for rows in [&mut a, &mut b] {
        rows.starts.resize(size + 1, rows.terms.len());
    }
    (a, b)
}

pub fn setup(r1cs: &R1cs, rng: &mut impl RngCore) -> Result<ProvingKey> {
    if r1cs.n_constraints() == 0 {
        return invalid!("r1cs: no constraints");
    }
    let (n_wires, n_public) = (r1cs.n_wires as usize, r1cs.n_public());
    let (small, large) = domains(r1cs.n_constraints() + n_public + 1)?;
    let secrets = Secrets::draw(rng, large.size);
    let (a_rows, b_rows) = padded(r1cs, small.size());
    let weights = small.evaluate_all_lagrange_coefficients(secrets.tau);
    let a = columns(&a_rows, &weights, n_wires);
    let b = columns(&b_rows, &weights, n_wires);
    let c = columns(&r1cs.c, &weights, n_wires);
    let gamma_inverse = secrets.gamma.inverse().expect("not zero");
    let delta_inverse = secrets.delta.inverse().expect("not zero");
    let mixed = |wire: usize| {
        let over = if wire <= n_public { gamma_inverse } else { delta_inverse };
        (secrets.beta * a[wire] + secrets.alpha * b[wire] + c[wire]) * over
    };
    let ic_and_l: Vec<Fr> = (0..n_wires).into_par_iter().map(mixed).collect();
    let odd = large.evaluate_all_lagrange_coefficients(secrets.tau).into_iter().skip(1).step_by(2);
    let h: Vec<Fr> = odd.map(|value| value * delta_inverse).collect();
    let (g1, g2) = (G1Projective::generator(), G2Projective::generator());
    let table = BatchMulPreprocessing::new(g1, 3 * n_wires + small.size());
    let mut ic = table.batch_mul(&ic_and_l);
    let l = ic.split_off(n_public + 1);
    Ok(ProvingKey {
        vk: VerifyingKey {
            alpha_g1: (g1 * secrets.alpha).into_affine(),
            beta_g2: (g2 * secrets.beta).into_affine(),
            gamma_g2: (g2 * secrets.gamma).into_affine(),
            delta_g2: (g2 * secrets.delta).into_affine(),
            gamma_abc_g1: ic,
        },
        beta_g1: (g1 * secrets.beta).into_affine(),
        delta_g1: (g1 * secrets.delta).into_affine(),
        a: table.batch_mul(&a),
        b1: table.batch_mul(&b),
        b2: BatchMulPreprocessing::new(g2, n_wires).batch_mul(&b),
        l,
        h: table.batch_mul(&h),
        a_rows,
        b_rows,
    })
}
