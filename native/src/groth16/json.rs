// SPDX-License-Identifier: AGPL-3.0-only
//! snarkjs's proof.json and verification_key.json: decimal strings, projective points with z = 1.
use std::str::FromStr;

use ark_bn254::{Fq, Fq2, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{AdditiveGroup, BigInt, BigInteger, PrimeField};
use serde_json::{json, Value};

use super::{Proof, VerifyingKey};
use crate::{error::Result, invalid};

fn g1(point: &G1Affine) -> Value {
    match point.xy() {
        Some((x, y)) => json!([x.to_string(), y.to_string(), "1"]),
        None => json!(["0", "1", "0"]),
    }
}

fn pair(value: &Fq2) -> Value {
    json!([value.c0.to_string(), value.c1.to_string()])
}

fn g2(point: &G2Affine) -> Value {
    match point.xy() {
        Some((x, y)) => json!([pair(&x), pair(&y), ["1", "0"]]),
        None => json!([["0", "0"], ["1", "0"], ["0", "0"]]),
    }
}

pub fn write_proof(proof: &Proof) -> String {
    let (a, b, c) = (g1(&proof.a), g2(&proof.b), g1(&proof.c));
    json!({"pi_a": a, "pi_b": b, "pi_c": c, "protocol": "groth16", "curve": "bn128"}).to_string()
}

pub fn write_key(key: &VerifyingKey) -> String {
    json!({
        "protocol": "groth16",
        "curve": "bn128",
        "nPublic": key.gamma_abc_g1.len() - 1,
        "vk_alpha_1": g1(&key.alpha_g1),
        "vk_beta_2": g2(&key.beta_g2),
        "vk_gamma_2": g2(&key.gamma_g2),
        "vk_delta_2": g2(&key.delta_g2),
        "IC": key.gamma_abc_g1.iter().map(g1).collect::<Vec<_>>(),
    })
    .to_string()
}

fn items<'a>(value: &'a Value, count: usize, name: &str) -> Result<&'a Vec<Value>> {
    match value.as_array() {
        Some(list) if list.len() == count => Ok(list),
        _ => invalid!("{name}: not a list of {count}"),
    }
}

/// A decimal integer below the modulus of Fq, without sign or leading zeros.
fn coordinate(value: &Value, name: &str) -> Result<Fq> {
    let text = value.as_str().unwrap_or_default();
    let is_decimal = !text.is_empty() && text.len() <= 77 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_decimal || (text.len() > 1 && text.starts_with('0')) {
        return invalid!("{name}: not a string of decimal digits");
    }
    // 77 digits are below 2^256, so the integer is exact before the range is looked at
    let integer = text.bytes().try_fold(BigInt::<4>::zero(), |sum, digit| times_ten_plus(sum, digit - b'0'));
    match integer.and_then(Fq::from_bigint) {
        Some(value) => Ok(value),
        None => invalid!("{name}: not below the field's modulus"),
    }
}

/// None on overflow.
fn times_ten_plus(value: BigInt<4>, digit: u8) -> Option<BigInt<4>> {
    let mut out = BigInt::<4>::from(u64::from(digit));
    (0..10).try_for_each(|_| (!out.add_with_carry(&value)).then_some(()))?;
    Some(out)
}

fn read_fq2(value: &Value, name: &str) -> Result<Fq2> {
    let list = items(value, 2, name)?;
    Ok(Fq2::new(coordinate(&list[0], name)?, coordinate(&list[1], name)?))
}

/// Affine coordinates; whether the point is on the curve is the verifier's question.
fn read_g1(value: &Value, name: &str) -> Result<G1Affine> {
    let list = items(value, 3, name)?;
    if list[2] != json!("1") {
        return invalid!("{name}: third coordinate is not 1");
    }
    Ok(G1Affine::new_unchecked(coordinate(&list[0], name)?, coordinate(&list[1], name)?))
}

fn read_g2(value: &Value, name: &str) -> Result<G2Affine> {
    let list = items(value, 3, name)?;
    if list[2] != json!(["1", "0"]) {
        return invalid!("{name}: third coordinate is not 1");
    }
    Ok(G2Affine::new_unchecked(read_fq2(&list[0], name)?, read_fq2(&list[1], name)?))
}

fn read_object(text: &str, name: &str) -> Result<Value> {
    let value = match Value::from_str(text) {
        Ok(value) => value,
        Err(error) => return invalid!("{name}: not JSON ({error})"),
    };
    if value["protocol"] != json!("groth16") {
        return invalid!("{name}: protocol is not groth16");
    }
    if value["curve"] != json!("bn128") {
        return invalid!("{name}: curve is not bn128");
    }
    Ok(value)
}

pub fn read_proof(text: &str) -> Result<Proof> {
    let value = read_object(text, "proof")?;
    Ok(Proof {
        a: read_g1(&value["pi_a"], "pi_a")?,
        b: read_g2(&value["pi_b"], "pi_b")?,
        c: read_g1(&value["pi_c"], "pi_c")?,
    })
}

pub fn read_key(text: &str) -> Result<VerifyingKey> {
    let value = read_object(text, "verification key")?;
    let Some(points) = value["IC"].as_array() else { return invalid!("IC: not a list") };
    if value["nPublic"].as_u64().map(|count| count + 1) != Some(points.len() as u64) {
        return invalid!("nPublic: not one less than the points of IC");
    }
    let read_input = |(index, point): (usize, &Value)| {
        if *point == json!(["0", "1", "0"]) {
            return Ok(G1Affine::zero());
        }
        read_g1(point, &format!("IC[{index}]"))
    };
    Ok(VerifyingKey {
        alpha_g1: read_g1(&value["vk_alpha_1"], "vk_alpha_1")?,
        beta_g2: read_g2(&value["vk_beta_2"], "vk_beta_2")?,
        gamma_g2: read_g2(&value["vk_gamma_2"], "vk_gamma_2")?,
        delta_g2: read_g2(&value["vk_delta_2"], "vk_delta_2")?,
        gamma_abc_g1: points.iter().enumerate().map(read_input).collect::<Result<_>>()?,
    })
}

/// The coordinate at infinity is written as EIP-196 does: zero.
pub fn affine_or_zero(point: &G1Affine) -> (Fq, Fq) {
    point.xy().unwrap_or((Fq::ZERO, Fq::ZERO))
}
