// SPDX-License-Identifier: AGPL-3.0-only
//! One constraint system from several: the wires of each piece are renamed into the wires of the whole.
use crate::{error::Result, field::Fr, invalid, r1cs::R1cs};

pub struct Builder {
    whole: R1cs,
    is_used: Vec<bool>,
}

impl Builder {
    /// Wires 1..=n_public of the whole are its public outputs.
    pub fn new(n_wires: u32, n_public: u32) -> Result<Self> {
        if n_wires == 0 || n_public >= n_wires {
            return invalid!("n_public: {n_public}, want less than n_wires ({n_wires})");
        }
        let whole = R1cs {
            n_wires,
            n_pub_out: n_public,
            n_labels: u64::from(n_wires),
            labels: (0..u64::from(n_wires)).collect(),
            ..R1cs::default()
        };
        let mut is_used = vec![false; n_wires as usize];
        is_used[0] = true;
        Ok(Builder { whole, is_used })
    }

    /// Adds every row of `piece`, its wire i being wire `map[i]` of the whole; wire 0 stays wire 0 and nothing else does.
    pub fn add(&mut self, piece: &R1cs, map: &[u32]) -> Result<()> {
        if map.len() != piece.n_wires as usize {
            return invalid!("wire_map: {} entries, the piece has {} wires", map.len(), piece.n_wires);
        }
        for (wire, &target) in map.iter().enumerate() {
            if target >= self.whole.n_wires {
                return invalid!("wire_map[{wire}]: {target}, the whole has {} wires", self.whole.n_wires);
            }
            if (wire == 0) != (target == 0) {
                return invalid!("wire_map[{wire}]: {target}, want wire 0 for wire 0 and for no other");
            }
        }
        let parts = [(&mut self.whole.a, &piece.a), (&mut self.whole.b, &piece.b), (&mut self.whole.c, &piece.c)];
        for (target, source) in parts {
            target.terms.reserve(source.terms.len());
            for index in 0..source.len() {
                target.push(source.row(index).iter().map(|(wire, value)| (map[*wire as usize], *value)));
            }
            source.terms.iter().for_each(|(wire, _)| self.is_used[map[*wire as usize] as usize] = true);
        }
        Ok(())
    }

    /// Adds the row a * 1 = b.
    pub fn add_equal(&mut self, a: u32, b: u32) -> Result<()> {
        for (name, wire) in [("a", a), ("b", b)] {
            if wire >= self.whole.n_wires {
                return invalid!("{name}: wire {wire}, the whole has {} wires", self.whole.n_wires);
            }
            self.is_used[wire as usize] = true;
        }
        let one = Fr::from(1u64);
        self.whole.a.push(std::iter::once((a, one)));
        self.whole.b.push(std::iter::once((0, one)));
        self.whole.c.push(std::iter::once((b, one)));
        Ok(())
    }

    /// Refuses a whole with a wire that no row touches.
    pub fn finish(self) -> Result<R1cs> {
        match self.is_used.iter().position(|used| !used) {
            Some(wire) => invalid!("wire {wire}: touched by no row"),
            None => Ok(self.whole),
        }
    }
}
