// SPDX-License-Identifier: AGPL-3.0-only
//! A full assignment: one value for each wire, wire 0 first. Files are iden3 wtns, version 2.
use std::path::Path;

use ark_ff::AdditiveGroup;
use rayon::prelude::*;

use crate::{
    binary::{field_header, write_file, Reader, Sections, Writer},
    error::Result,
    field::{self, Fr},
    invalid,
};

const MAGIC: &[u8; 4] = b"wtns";
const VERSION: u32 = 2;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    pub values: Vec<Fr>,
}

impl Witness {
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let sections = Sections::read(bytes, MAGIC, VERSION)?;
        let mut header = sections.get(1, "wtns header")?;
        header.modulus(&field::modulus_le::<Fr>())?;
        let count = header.u32()? as usize;
        header.finish()?;
        let mut body: Reader<'_> = sections.get(2, "wtns values")?;
        let content = body.take(count.saturating_mul(32))?;
        body.finish()?;
        let values =
            content.par_chunks_exact(32).map(|value| field::from_le(value, "wtns value")).collect::<Result<_>>()?;
        Ok(Witness { values })
    }

    pub fn read(path: &Path) -> Result<Self> {
        Self::from_bytes(&std::fs::read(path)?)
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut header = field_header();
        header.extend((self.values.len() as u32).to_le_bytes());
        let body: Vec<[u8; 32]> = self.values.par_iter().map(field::to_le).collect();
        let mut writer = Writer::new(MAGIC, VERSION);
        writer.section(1, &header);
        writer.section(2, body.as_flattened());
        writer.finish()
    }

    pub fn write(&self, path: &Path) -> Result<()> {
        write_file(path, &self.to_bytes())
    }

    /// One assignment from the assignments of pieces: wire i of a piece is wire `map[i]` of the whole.
    pub fn assemble(n_wires: usize, parts: &[(&Witness, &[u32])]) -> Result<Self> {
        let mut values = vec![Fr::ZERO; n_wires];
        let mut is_set = vec![false; n_wires];
        for (index, (part, map)) in parts.iter().enumerate() {
            if part.values.len() != map.len() {
                return invalid!("parts[{index}]: {} values, {} entries in its map", part.values.len(), map.len());
            }
            for (wire, (value, &target)) in part.values.iter().zip(map.iter()).enumerate() {
                let target = target as usize;
                if target >= n_wires {
                    return invalid!("parts[{index}]: wire {wire} goes to {target}, of {n_wires} wires");
                }
                if is_set[target] && values[target] != *value {
                    return invalid!("parts[{index}]: wire {wire} and an earlier part differ at wire {target}");
                }
                values[target] = *value;
                is_set[target] = true;
            }
        }
        match is_set.iter().position(|set| !set) {
            Some(wire) => invalid!("wire {wire}: set by no part"),
            None => Ok(Witness { values }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[u64]) -> Witness {
        Witness { values: values.iter().map(|&value| Fr::from(value)).collect() }
    }

    #[test]
    fn file_round_trip_and_refusals() {
        let bytes = of(&[1, 2, 3]).to_bytes();
        assert_eq!(Witness::from_bytes(&bytes).unwrap(), of(&[1, 2, 3]));
        for cut in 0..bytes.len() {
            assert!(Witness::from_bytes(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        let mut other_field = bytes.clone();
        other_field[28] ^= 1;
        assert!(Witness::from_bytes(&other_field).unwrap_err().to_string().contains("another field"));
        let mut longer = bytes.clone();
        longer.push(0);
        assert!(Witness::from_bytes(&longer).unwrap_err().to_string().contains("too many"));
        let mut not_reduced = bytes;
        let end = not_reduced.len();
        not_reduced[end - 32..].fill(255);
        assert!(Witness::from_bytes(&not_reduced).unwrap_err().to_string().contains("not below"));
    }

    #[test]
    fn assembles_and_refuses() {
        let (left, right) = (of(&[1, 5, 6]), of(&[1, 6, 7]));
        let whole = Witness::assemble(4, &[(&left, &[0, 1, 2]), (&right, &[0, 2, 3])]).unwrap();
        assert_eq!(whole, of(&[1, 5, 6, 7]));
        assert!(Witness::assemble(4, &[(&left, &[0, 1, 2]), (&right, &[0, 1, 3])]).is_err());
        assert!(Witness::assemble(5, &[(&left, &[0, 1, 2]), (&right, &[0, 2, 3])]).is_err());
        assert!(Witness::assemble(3, &[(&left, &[0, 1, 2]), (&right, &[0, 2, 3])]).is_err());
    }
}
