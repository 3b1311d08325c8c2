// SPDX-License-Identifier: AGPL-3.0-only
//! Poseidon with the parameters of circomlib: x^5, 8 full rounds, width = arity + 1, capacity first.
//!
//! Constants come from the Grain LFSR of the paper (arkworks' generator), which is where circomlib's come from.
//! The partial rounds use the factored form of the paper's appendix B: each costs 2t products instead of t^2.
use std::sync::OnceLock;

use ark_crypto_primitives::sponge::poseidon::find_poseidon_ark_and_mds;
use ark_ff::{AdditiveGroup, Field, PrimeField};
use rayon::prelude::*;

use crate::{error::Result, field, field::Fr, invalid, matrix};

pub const MAX_ARITY: usize = 16;
const FULL_ROUNDS: usize = 8;
const HALF: usize = FULL_ROUNDS / 2;
const PARTIAL_ROUNDS: [usize; MAX_ARITY] = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];

/// A partial round after factoring: add `constant` to the cell that went through the S-box, then
/// cell 0 = `row` . state and cell i += `column[i]` * (old cell 0).
struct SparseRound<const T: usize> {
    constant: Fr,
    row: [Fr; T],
    column: [Fr; T],
}

struct Parameters<const T: usize> {
    constants: Vec<[Fr; T]>, // of the full rounds, and of the first partial round at index HALF
    mds: [[Fr; T]; T],
    entry: [[Fr; T]; T], // replaces `mds` in the last full round of the first half
    partial: Vec<SparseRound<T>>,
}

impl<const T: usize> Parameters<T> {
    fn generate() -> Self {
        let partial_rounds = PARTIAL_ROUNDS[T - 2];
        let bits = Fr::MODULUS_BIT_SIZE as u64;
        let (ark, mds) = find_poseidon_ark_and_mds::<Fr>(bits, T - 1, FULL_ROUNDS as u64, partial_rounds as u64, 0);
        let (vector, scalars) = push_constants_back(&ark[HALF..HALF + partial_rounds], &mds);
        let mut current = mds.clone();
        let mut partial = Vec::with_capacity(partial_rounds);
        let mut first_constants = vector;
        for index in (0..partial_rounds).rev() {
            let inner: matrix::Matrix = current[1..].iter().map(|row| row[1..].to_vec()).collect();
            let tail = matrix::left_multiply(&current[0][1..], &matrix::invert(&inner));
            let mut round = SparseRound { constant: scalars[index], row: [Fr::ZERO; T], column: [Fr::ZERO; T] };
            round.row[0] = current[0][0];
            round.row[1..].copy_from_slice(&tail);
            (1..T).for_each(|i| round.column[i] = current[i][0]);
            partial.push(round);
            let block = matrix::block_with_one(&inner);
            if index == 0 {
                first_constants = matrix::apply(&block, &first_constants);
            }
            current = matrix::multiply(&block, &mds);
        }
        partial.reverse();
        let mut constants: Vec<[Fr; T]> = ark[..HALF].iter().map(|row| array(row)).collect();
        constants.push(array(&first_constants));
        constants.extend(ark[HALF + partial_rounds..].iter().map(|row| array::<T>(row)));
        Parameters { constants, mds: square(&mds), entry: square(&current), partial }
    }

    fn permute(&self, state: &mut [Fr; T]) {
        for round in 0..HALF {
            full_round(state, &self.constants[round], if round + 1 == HALF { &self.entry } else { &self.mds });
        }
        add(state, &self.constants[HALF]);
        for round in &self.partial {
            let first = power5(state[0]) + round.constant;
            state[0] = first;
            let top = Fr::sum_of_products(&round.row, state);
            for (cell, factor) in state.iter_mut().zip(&round.column).skip(1) {
                *cell += first * factor;
            }
            state[0] = top;
        }
        for round in HALF + 1..FULL_ROUNDS + 1 {
            full_round(state, &self.constants[round], &self.mds);
        }
    }
}

/// Moves the constants of all partial rounds but the first behind the S-box of the round before (only cell 0 stays).
fn push_constants_back(ark: &[Vec<Fr>], mds: &matrix::Matrix) -> (Vec<Fr>, Vec<Fr>) {
    let inverse = matrix::invert(mds);
    let mut scalars = vec![Fr::ZERO; ark.len()];
    let mut vector = ark[ark.len() - 1].clone();
    for index in (0..ark.len() - 1).rev() {
        let moved = matrix::apply(&inverse, &vector);
        scalars[index] = moved[0];
        vector = ark[index].clone();
        vector.iter_mut().zip(&moved).skip(1).for_each(|(cell, value)| *cell += value);
    }
    (vector, scalars)
}

fn array<const T: usize>(row: &[Fr]) -> [Fr; T] {
    row.try_into().expect("a row of the state's width")
}

fn square<const T: usize>(rows: &matrix::Matrix) -> [[Fr; T]; T] {
    std::array::from_fn(|i| array(&rows[i]))
}

fn power5(x: Fr) -> Fr {
    x.square().square() * x
}

fn add<const T: usize>(state: &mut [Fr; T], constants: &[Fr; T]) {
    state.iter_mut().zip(constants).for_each(|(cell, constant)| *cell += constant);
}

fn full_round<const T: usize>(state: &mut [Fr; T], constants: &[Fr; T], mds: &[[Fr; T]; T]) {
    add(state, constants);
    let powered = state.map(power5);
    *state = std::array::from_fn(|i| Fr::sum_of_products(&mds[i], &powered));
}

fn hash_width<const T: usize>(cell: &'static OnceLock<Box<Parameters<T>>>, tag: Fr, inputs: &[Fr]) -> Fr {
    let mut state = [Fr::ZERO; T];
    state[0] = tag;
    state[1..].copy_from_slice(inputs);
    cell.get_or_init(|| Box::new(Parameters::generate())).permute(&mut state);
    state[0]
}

/// circomlib's `PoseidonEx(inputs.len(), 1)` with `initialState = tag`; 1 to 16 inputs.
pub fn hash(inputs: &[Fr], tag: Fr) -> Result<Fr> {
    macro_rules! by_arity {
        ($($arity:literal)*) => {
            match inputs.len() {
                $($arity => {
                    static CELL: OnceLock<Box<Parameters<{ $arity + 1 }>>> = OnceLock::new();
                    Ok(hash_width(&CELL, tag, inputs))
                })*
                other => invalid!("inputs: {other} values, want 1 to {MAX_ARITY}"),
            }
        };
    }
    by_arity!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
}

/// One hash for each row of `arity` big-endian 32-byte values; the results in the same form, one after another.
pub fn hash_rows(data: &[u8], arity: usize, tag: Fr) -> Result<Vec<u8>> {
    if !(1..=MAX_ARITY).contains(&arity) {
        return invalid!("arity: {arity}, want 1 to {MAX_ARITY}");
    }
    if data.len() % (32 * arity) != 0 {
        return invalid!("data: {} bytes, want a multiple of {}", data.len(), 32 * arity);
    }
    let rows: Vec<[u8; 32]> = data
        .par_chunks_exact(32 * arity)
        .with_min_len(16)
        .map(|row| {
            let inputs: Result<Vec<Fr>> = row.chunks_exact(32).map(|value| field::from_be(value, "data")).collect();
            Ok(field::to_be(&hash(&inputs?, tag)?))
        })
        .collect::<Result<_>>()?;
    Ok(rows.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The textbook form: constants, S-box, full matrix in every round.
    fn plain(inputs: &[Fr], tag: Fr) -> Fr {
        let width = inputs.len() + 1;
        let partial = PARTIAL_ROUNDS[width - 2];
        let (ark, mds) = find_poseidon_ark_and_mds::<Fr>(254, width - 1, FULL_ROUNDS as u64, partial as u64, 0);
        let mut state = [&[tag], inputs].concat();
        for (round, constants) in ark.iter().enumerate() {
            state.iter_mut().zip(constants).for_each(|(cell, constant)| *cell += constant);
            let full = round < HALF || round >= HALF + partial;
            state.iter_mut().take(if full { width } else { 1 }).for_each(|cell| *cell = power5(*cell));
            state = matrix::apply(&mds, &state);
        }
        state[0]
    }

    #[test]
    fn factored_rounds_equal_the_textbook_form() {
        for arity in 1..=MAX_ARITY {
            let inputs: Vec<Fr> = (0..arity as u64).map(|i| Fr::from(i * i + 7)).collect();
            assert_eq!(hash(&inputs, Fr::from(5)).unwrap(), plain(&inputs, Fr::from(5)), "arity {arity}");
        }
    }

    #[test]
    fn hash_of_one_and_two_is_circomlibs() {
        let expected = "7853200120776062878684798364095072458815029376092732009249414926327459813530";
        assert_eq!(hash(&[Fr::from(1), Fr::from(2)], Fr::ZERO).unwrap().to_string(), expected);
    }

    #[test]
    fn refuses_bad_lengths() {
        assert!(hash(&[], Fr::ZERO).is_err());
        assert!(hash(&[Fr::ONE; 17], Fr::ZERO).is_err());
        assert!(hash_rows(&[0; 33], 1, Fr::ZERO).is_err());
        assert!(hash_rows(&[255; 32], 1, Fr::ZERO).is_err());
    }
}
