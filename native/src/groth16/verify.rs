// SPDX-License-Identifier: AGPL-3.0-only
//! The verifier: arkworks' equation behind checks of every point.
use ark_bn254::Bn254;
use ark_ec::AffineRepr;
use ark_groth16::{prepare_verifying_key, Groth16, PreparedVerifyingKey};

use super::{points::ZkeyPoint, Proof, VerifyingKey};
use crate::{error::Result, field::Fr, invalid};

pub type Prepared = PreparedVerifyingKey<Bn254>;

/// Every point on its curve, in its subgroup, and (but for the public input points) not the point at infinity.
pub fn check_key(key: &VerifyingKey) -> Result<()> {
    let g1 = [("alpha", &key.alpha_g1)];
    let g2 = [("beta", &key.beta_g2), ("gamma", &key.gamma_g2), ("delta", &key.delta_g2)];
    let bad = g1.iter().find(|(_, p)| p.is_zero() || !p.is_valid()).map(|(name, _)| *name);
    let bad = bad.or_else(|| g2.iter().find(|(_, p)| p.is_zero() || !p.is_valid()).map(|(name, _)| *name));
    if let Some(name) = bad {
        return invalid!("{name}: not a point of the group other than infinity");
    }
    if let Some(index) = key.gamma_abc_g1.iter().position(|point| !point.is_valid()) {
        return invalid!("ic[{index}]: not on the curve");
    }
    if key.gamma_abc_g1.is_empty() {
        return invalid!("ic: empty, want one point more than public inputs");
    }
    Ok(())
}

pub fn prepare(key: &VerifyingKey) -> Result<Prepared> {
    check_key(key)?;
    Ok(prepare_verifying_key(key))
}

/// False too for a point at infinity, off its curve or outside its subgroup. The count of inputs must be the key's.
pub fn verify(key: &Prepared, public: &[Fr], proof: &Proof) -> Result<bool> {
    let expected = key.vk.gamma_abc_g1.len() - 1;
    if public.len() != expected {
        return invalid!("public: {} values, the key has {expected}", public.len());
    }
    let is_finite = !(proof.a.is_zero() || proof.b.is_zero() || proof.c.is_zero());
    if !is_finite || !proof.a.is_valid() || !proof.b.is_valid() || !proof.c.is_valid() {
        return Ok(false);
    }
    Ok(Groth16::<Bn254>::verify_proof(key, proof, public).unwrap_or(false))
}
