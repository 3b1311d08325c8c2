// SPDX-License-Identifier: AGPL-3.0-only
//! Small dense matrices over Fr: enough to factor Poseidon's partial rounds once per arity.
use ark_ff::{AdditiveGroup, Field};

use crate::field::Fr;

pub type Matrix = Vec<Vec<Fr>>;

pub fn identity(size: usize) -> Matrix {
    (0..size).map(|i| (0..size).map(|j| Fr::from(u64::from(i == j))).collect()).collect()
}

pub fn multiply(left: &Matrix, right: &Matrix) -> Matrix {
    left.iter().map(|row| left_multiply(row, right)).collect()
}

/// `row` x `matrix`.
pub fn left_multiply(row: &[Fr], matrix: &Matrix) -> Vec<Fr> {
    (0..matrix[0].len()).map(|j| row.iter().zip(matrix).map(|(value, other)| *value * other[j]).sum()).collect()
}

/// `matrix` x `column`.
pub fn apply(matrix: &Matrix, column: &[Fr]) -> Vec<Fr> {
    matrix.iter().map(|row| row.iter().zip(column).map(|(a, b)| *a * b).sum()).collect()
}

/// The block matrix diag(1, inner).
pub fn block_with_one(inner: &Matrix) -> Matrix {
    let mut out = identity(inner.len() + 1);
    for (i, row) in inner.iter().enumerate() {
        out[i + 1][1..].copy_from_slice(row);
    }
    out
}

/// Gauss-Jordan; the matrices of Poseidon are invertible by construction (MDS).
pub fn invert(matrix: &Matrix) -> Matrix {
    let size = matrix.len();
    let (mut left, mut right) = (matrix.clone(), identity(size));
    for column in 0..size {
        let pivot = (column..size).find(|&row| left[row][column] != Fr::ZERO).expect("an MDS matrix is invertible");
        left.swap(column, pivot);
        right.swap(column, pivot);
        let scale = left[column][column].inverse().expect("pivot is not zero");
        left[column].iter_mut().chain(right[column].iter_mut()).for_each(|cell| *cell *= scale);
        for row in (0..size).filter(|&row| row != column) {
            let factor = left[row][column];
            for k in 0..size {
                let (a, b) = (left[column][k] * factor, right[column][k] * factor);
                left[row][k] -= a;
                right[row][k] -= b;
            }
        }
    }
    right
}
