// SPDX-License-Identifier: AGPL-3.0-only
//! Rank-1 constraint systems: rows <A,w> * <B,w> = <C,w>. Files are iden3 r1cs, version 1.
//! Wires: 0 is the constant one, then public outputs, public inputs, then everything else.
use std::path::Path;

use ark_ff::AdditiveGroup;
use rayon::prelude::*;

use crate::{
    binary::{field_header, write_file, Reader, Sections, Writer},
    error::Result,
    field::{self, Fr},
    invalid,
    witness::Witness,
};

const MAGIC: &[u8; 4] = b"r1cs";
const VERSION: u32 = 1;

/// Sparse rows one after another: row i is terms[starts[i]..starts[i + 1]].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    pub starts: Vec<usize>,
    pub terms: Vec<(u32, Fr)>,
}

impl Default for Rows {
    fn default() -> Self {
        Rows { starts: vec![0], terms: Vec::new() }
    }
}

impl Rows {
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn row(&self, index: usize) -> &[(u32, Fr)] {
        &self.terms[self.starts[index]..self.starts[index + 1]]
    }

    pub fn push(&mut self, terms: impl Iterator<Item = (u32, Fr)>) {
        self.terms.extend(terms);
        self.starts.push(self.terms.len());
    }

    /// <row, values>.
    pub fn dot(&self, index: usize, values: &[Fr]) -> Fr {
        let product = |(wire, coefficient): &(u32, Fr)| values[*wire as usize] * coefficient;
        self.row(index).iter().map(product).sum()
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct R1cs {
    pub n_wires: u32,
    pub n_pub_out: u32,
    pub n_pub_in: u32,
    pub n_prv_in: u32,
    pub n_labels: u64,
    pub labels: Vec<u64>, // of each wire
    pub a: Rows,
    pub b: Rows,
    pub c: Rows,
}

impl R1cs {
    pub fn n_public(&self) -> usize {
        (self.n_pub_out + self.n_pub_in) as usize
    }

    pub fn n_constraints(&self) -> usize {
        self.a.len()
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let sections = Sections::read(bytes, MAGIC, VERSION)?;
        if sections.has(4) || sections.has(5) {
            return invalid!("r1cs: custom gates are not supported");
        }
        let mut header = sections.get(1, "r1cs header")?;
        header.modulus(&field::modulus_le::<Fr>())?;
        let [n_wires, n_pub_out, n_pub_in, n_prv_in] = [header.u32()?, header.u32()?, header.u32()?, header.u32()?];
        let (n_labels, n_constraints) = (header.u64()?, header.u32()?);
        header.finish()?;
        if 1 + u64::from(n_pub_out) + u64::from(n_pub_in) + u64::from(n_prv_in) > u64::from(n_wires) {
            return invalid!("r1cs header: more inputs and outputs than wires");
        }
        let mut out = R1cs { n_wires, n_pub_out, n_pub_in, n_prv_in, n_labels, ..R1cs::default() };
        let mut reader = sections.get(2, "r1cs constraints")?;
        for _ in 0..n_constraints {
            for rows in [&mut out.a, &mut out.b, &mut out.c] {
                read_row(&mut reader, rows, n_wires)?;
            }
        }
        reader.finish()?;
        let mut labels = sections.get(3, "r1cs labels")?;
        out.labels = (0..n_wires).map(|_| labels.u64()).collect::<Result<_>>()?;
        labels.finish()?;
        Ok(out)
    }

    pub fn read(path: &Path) -> Result<Self> {
        Self::from_bytes(&std::fs::read(path)?)
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut header = field_header();
        for value in [self.n_wires, self.n_pub_out, self.n_pub_in, self.n_prv_in] {
            header.extend(value.to_le_bytes());
        }
        header.extend(self.n_labels.to_le_bytes());
        header.extend((self.n_constraints() as u32).to_le_bytes());
        let mut body = Vec::with_capacity(36 * (self.a.terms.len() + self.b.terms.len() + self.c.terms.len()));
        for index in 0..self.n_constraints() {
            for rows in [&self.a, &self.b, &self.c] {
                let row = rows.row(index);
                body.extend((row.len() as u32).to_le_bytes());
                for (wire, coefficient) in row {
                    body.extend(wire.to_le_bytes());
                    body.extend(field::to_le(coefficient));
                }
            }
        }
        let labels: Vec<u8> = self.labels.iter().flat_map(|label| label.to_le_bytes()).collect();
        let mut writer = Writer::new(MAGIC, VERSION);
        writer.section(1, &header);
        writer.section(2, &body);
        writer.section(3, &labels);
        writer.finish()
    }

    pub fn write(&self, path: &Path) -> Result<()> {
        write_file(path, &self.to_bytes())
    }

    /// The first row that the assignment does not satisfy.
    pub fn first_violated(&self, witness: &Witness) -> Result<Option<usize>> {
        let values = &witness.values;
        self.require_shape(witness)?;
        let broken = |&row: &usize| self.a.dot(row, values) * self.b.dot(row, values) != self.c.dot(row, values);
        Ok((0..self.n_constraints()).into_par_iter().with_min_len(256).find_first(broken))
    }

    /// One value per wire, and one at wire 0.
    pub fn require_shape(&self, witness: &Witness) -> Result<()> {
        if witness.values.len() != self.n_wires as usize {
            return invalid!("witness: {} values for {} wires", witness.values.len(), self.n_wires);
        }
        if witness.values.first() != Some(&Fr::from(1u64)) {
            return invalid!("witness: wire 0 is not 1");
        }
        Ok(())
    }
}

fn read_row(reader: &mut Reader<'_>, rows: &mut Rows, n_wires: u32) -> Result<()> {
    let count = reader.u32()? as usize;
    let content = reader.take(count.saturating_mul(36))?;
    for term in content.chunks_exact(36) {
        let wire = u32::from_le_bytes(term[..4].try_into().expect("4 bytes"));
        if wire >= n_wires {
            return invalid!("r1cs constraints: row {} names wire {wire} of {n_wires}", rows.len());
        }
        let coefficient: Fr = field::from_le(&term[4..], "r1cs coefficient")?;
        if coefficient != Fr::ZERO {
            rows.terms.push((wire, coefficient));
        }
    }
    rows.starts.push(rows.terms.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// w1 = w2 * w3 with w1 public.
    fn product() -> R1cs {
        let one = |wire: u32| std::iter::once((wire, Fr::from(1u64)));
        let mut out =
            R1cs { n_wires: 4, n_pub_out: 1, n_prv_in: 2, n_labels: 4, labels: vec![0, 1, 2, 3], ..R1cs::default() };
        out.a.push(one(2));
        out.b.push(one(3));
        out.c.push(one(1));
        out
    }

    fn witness(values: [u64; 4]) -> Witness {
        Witness { values: values.map(Fr::from).to_vec() }
    }

    #[test]
    fn checks_rows() {
        assert_eq!(product().first_violated(&witness([1, 12, 3, 4])).unwrap(), None);
        assert_eq!(product().first_violated(&witness([1, 13, 3, 4])).unwrap(), Some(0));
        assert!(product().first_violated(&witness([2, 12, 3, 4])).is_err());
        assert!(product().first_violated(&Witness { values: vec![Fr::from(1u64); 3] }).is_err());
    }

    #[test]
    fn file_round_trip_and_refusals() {
        let bytes = product().to_bytes();
        assert_eq!(R1cs::from_bytes(&bytes).unwrap(), product());
        for cut in 0..bytes.len() {
            assert!(R1cs::from_bytes(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        let mut magic = bytes.clone();
        magic[0] = b'x';
        assert!(R1cs::from_bytes(&magic).unwrap_err().to_string().contains("magic"));
        let mut wire = product();
        wire.a.terms[0].0 = 4;
        assert!(R1cs::from_bytes(&wire.to_bytes()).unwrap_err().to_string().contains("names wire 4"));
        let mut inputs = product();
        inputs.n_prv_in = 3;
        assert!(R1cs::from_bytes(&inputs.to_bytes()).unwrap_err().to_string().contains("than wires"));
    }
}
