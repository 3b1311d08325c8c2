// SPDX-License-Identifier: AGPL-3.0-only
//! snarkjs's zkey files (protocol 1, Groth16). Sections: 1 protocol, 2 header, 3 IC, 4 coefficients of A and B,
//! 5 A, 6 B in G1, 7 B in G2, 8 L (snarkjs: C), 9 H, 10 contributions of the ceremony (written empty, not read).
use std::path::Path;

use ark_bn254::{Fq, G1Affine, G2Affine};
use ark_ff::{AdditiveGroup, BigInt, Field, PrimeField};
use blake2::{Blake2b512, Digest};
use rayon::prelude::*;

use super::{
    points::{decode_all, encode_all, ZkeyPoint},
    verify, ProvingKey, VerifyingKey,
};
use crate::{
    binary::{write_file, Reader, Sections, Writer},
    error::Result,
    field::{self, Fr},
    invalid,
    r1cs::Rows,
};

const MAGIC: &[u8; 4] = b"zkey";
const VERSION: u32 = 1;
const GROTH16: u32 = 1;
const TERM: usize = 44; // matrix u32, row u32, wire u32, coefficient 32 bytes

/// 2^256 mod r: files hold coefficient * 2^512 mod r, memory holds coefficient * 2^256.
fn radix() -> Fr {
    Fr::from(2u64).pow([256u64])
}

pub fn to_bytes(key: &ProvingKey) -> Vec<u8> {
    let sections = [
        (2, header(key)),
        (3, encode_all(&key.vk.gamma_abc_g1)),
        (4, coefficients(key)),
        (5, encode_all(&key.a)),
        (6, encode_all(&key.b1)),
        (7, encode_all(&key.b2)),
        (8, encode_all(&key.l)),
        (9, encode_all(&key.h)),
    ];
    let mut writer = Writer::new(MAGIC, VERSION);
    writer.section(1, &GROTH16.to_le_bytes());
    let mut hasher = Blake2b512::new();
    for (kind, content) in &sections {
        hasher.update(content);
        writer.section(*kind, content);
    }
    // The circuit hash that contributions build on, then their count. It binds this very key, not a powers-of-tau file.
    let mut contributions = hasher.finalize().to_vec();
    contributions.extend(0u32.to_le_bytes());
    writer.section(10, &contributions);
    writer.finish()
}

pub fn write(key: &ProvingKey, path: &Path) -> Result<()> {
    write_file(path, &to_bytes(key))
}

fn header(key: &ProvingKey) -> Vec<u8> {
    let mut out = Vec::new();
    for modulus in [field::modulus_le::<Fq>(), field::modulus_le::<Fr>()] {
        out.extend(32u32.to_le_bytes());
        out.extend(modulus);
    }
    for count in [key.a.len(), key.n_public(), key.domain_size()] {
        out.extend((count as u32).to_le_bytes());
    }
    key.vk.alpha_g1.encode(&mut out);
    key.beta_g1.encode(&mut out);
    key.vk.beta_g2.encode(&mut out);
    key.vk.gamma_g2.encode(&mut out);
    key.delta_g1.encode(&mut out);
    key.vk.delta_g2.encode(&mut out);
    out
}

fn coefficients(key: &ProvingKey) -> Vec<u8> {
    let radix = radix();
    let count = key.a_rows.terms.len() + key.b_rows.terms.len();
    let mut out = Vec::with_capacity(4 + TERM * count);
    out.extend((count as u32).to_le_bytes());
    for index in 0..key.domain_size() {
        for (matrix, rows) in [(0u32, &key.a_rows), (1, &key.b_rows)] {
            for (wire, coefficient) in rows.row(index) {
                [matrix, index as u32, *wire].iter().for_each(|word| out.extend(word.to_le_bytes()));
                (*coefficient * radix).0 .0.iter().for_each(|limb| out.extend(limb.to_le_bytes()));
            }
        }
    }
    out
}

struct Header {
    n_wires: usize,
    n_public: usize,
    domain_size: usize,
}

/// With `checked`, every point is looked at (curve and subgroup). Without, only the layout and the verifying key: for a
/// file that this program wrote itself.
pub fn from_bytes(bytes: &[u8], checked: bool) -> Result<ProvingKey> {
    let sections = Sections::read(bytes, MAGIC, VERSION)?;
    let mut protocol = sections.get(1, "zkey protocol")?;
    if protocol.u32()? != GROTH16 {
        return invalid!("zkey protocol: not Groth16");
    }
    let mut reader = sections.get(2, "zkey header")?;
    reader.modulus(&field::modulus_le::<Fq>())?;
    reader.modulus(&field::modulus_le::<Fr>())?;
    let [n_wires, n_public, domain_size] = [reader.u32()? as usize, reader.u32()? as usize, reader.u32()? as usize];
    if n_public >= n_wires || !domain_size.is_power_of_two() || domain_size > 1 << 27 {
        return invalid!("zkey header: {n_wires} wires, {n_public} public, domain of {domain_size}");
    }
    let size = Header { n_wires, n_public, domain_size };
    let (alpha_g1, beta_g1): (G1Affine, G1Affine) = (next(&mut reader)?, next(&mut reader)?);
    let (beta_g2, gamma_g2): (G2Affine, G2Affine) = (next(&mut reader)?, next(&mut reader)?);
    let (delta_g1, delta_g2): (G1Affine, G2Affine) = (next(&mut reader)?, next(&mut reader)?);
    reader.finish()?;
    let gamma_abc_g1 = points(&sections, 3, "zkey IC", n_public + 1, true)?;
    let vk = VerifyingKey { alpha_g1, beta_g2, gamma_g2, delta_g2, gamma_abc_g1 };
    verify::check_key(&vk)?;
    if !beta_g1.is_valid() || !delta_g1.is_valid() {
        return invalid!("zkey header: beta or delta in G1 not on the curve");
    }
    let (a_rows, b_rows) = read_rows(sections.get(4, "zkey coefficients")?, &size)?;
    Ok(ProvingKey {
        vk,
        beta_g1,
        delta_g1,
        a_rows,
        b_rows,
        a: points(&sections, 5, "zkey A", n_wires, checked)?,
        b1: points(&sections, 6, "zkey B1", n_wires, checked)?,
        b2: points(&sections, 7, "zkey B2", n_wires, checked)?,
        l: points(&sections, 8, "zkey C", n_wires - n_public - 1, checked)?,
        h: points(&sections, 9, "zkey H", domain_size, checked)?,
    })
}

pub fn read(path: &Path, checked: bool) -> Result<ProvingKey> {
    from_bytes(&std::fs::read(path)?, checked)
}

fn next<P: ZkeyPoint>(reader: &mut Reader<'_>) -> Result<P> {
    P::decode(reader.take(P::WIDTH)?, "zkey header")
}

fn points<P: ZkeyPoint>(
    sections: &Sections<'_>,
    kind: u32,
    name: &'static str,
    count: usize,
    checked: bool,
) -> Result<Vec<P>> {
    let mut reader = sections.get(kind, name)?;
    let content = reader.take(count * P::WIDTH)?;
    reader.finish()?;
    decode_all(content, name, checked)
}

/// The terms come in any order: each matrix is sorted by row by counting.
fn read_rows(mut reader: Reader<'_>, size: &Header) -> Result<(Rows, Rows)> {
    let count = reader.u32()? as usize;
    let content = reader.take(count.saturating_mul(TERM))?;
    reader.finish()?;
    let inverse = radix().inverse().expect("not zero");
    let terms: Vec<(u32, u32, u32, Fr)> = content
        .par_chunks_exact(TERM)
        .map(|term| {
            let word = |i: usize| u32::from_le_bytes(term[4 * i..4 * i + 4].try_into().expect("4 bytes"));
            let (matrix, row, wire) = (word(0), word(1), word(2));
            let limbs: BigInt<4> = field::limbs(&term[12..]);
            if matrix > 1 || row as usize >= size.domain_size || wire as usize >= size.n_wires || limbs >= Fr::MODULUS {
                return invalid!(
                    "zkey coefficients: matrix {matrix}, row {row}, wire {wire} or the value out of range"
                );
            }
            Ok((matrix, row, wire, Fr::new_unchecked(limbs) * inverse))
        })
        .collect::<Result<_>>()?;
    require_public_rows(&terms, size)?;
    Ok((sort_by_row(&terms, 0, size.domain_size), sort_by_row(&terms, 1, size.domain_size)))
}

/// The key must keep public columns independent: A has, for each public wire, a row of that wire alone with B empty.
fn require_public_rows(terms: &[(u32, u32, u32, Fr)], size: &Header) -> Result<()> {
    let last = terms.iter().map(|(_, row, _, _)| *row as usize + 1).max().unwrap_or(0);
    let Some(first) = last.checked_sub(size.n_public + 1) else {
        return invalid!("zkey coefficients: fewer rows than public wires");
    };
    let mut seen = vec![false; size.n_public + 1];
    for (matrix, row, wire, value) in terms.iter().filter(|(_, row, _, _)| *row as usize >= first) {
        let expected = *row as usize - first;
        if *matrix != 0 || *wire as usize != expected || *value != Fr::ONE || seen[expected] {
            return invalid!("zkey coefficients: row {row} is not the row of public wire {expected}");
        }
        seen[expected] = true;
    }
    match seen.iter().position(|seen| !seen) {
        Some(wire) => invalid!("zkey coefficients: no row for public wire {wire}"),
        None => Ok(()),
    }
}

fn sort_by_row(terms: &[(u32, u32, u32, Fr)], matrix: u32, size: usize) -> Rows {
    let mut starts = vec![0usize; size + 1];
    let mine = || terms.iter().filter(|term| term.0 == matrix);
    mine().for_each(|term| starts[term.1 as usize + 1] += 1);
    for index in 0..size {
        starts[index + 1] += starts[index];
    }
    let mut next = starts.clone();
    let mut sorted = vec![(0u32, Fr::ZERO); starts[size]];
    for (_, row, wire, value) in mine() {
        let at = &mut next[*row as usize];
        sorted[*at] = (*wire, *value);
        *at += 1;
    }
    Rows { starts, terms: sorted }
}
