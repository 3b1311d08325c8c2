// SPDX-License-Identifier: AGPL-3.0-only
//! Python integers to field elements and back, with the field's name in every refusal.
use ark_ff::{BigInt, BigInteger, PrimeField};
use pyo3::{
    exceptions::PyValueError,
    intern,
    prelude::*,
    types::{PyBytes, PyInt},
};

use crate::{error::Error, field};

impl From<Error> for PyErr {
    fn from(error: Error) -> PyErr {
        match error {
            Error::Invalid(reason) => PyValueError::new_err(reason),
            Error::Io(error) => error.into(),
        }
    }
}

/// The four limbs of an integer in [0, 2^256).
pub fn limbs(value: &Bound<'_, PyAny>, name: &str) -> PyResult<BigInt<4>> {
    let py = value.py();
    if !value.is_instance_of::<PyInt>() {
        return Err(PyValueError::new_err(format!("{name}: not an integer")));
    }
    let bytes = value
        .call_method1(intern!(py, "to_bytes"), (32, intern!(py, "little")))
        .map_err(|_| PyValueError::new_err(format!("{name}: negative or above 256 bits")))?;
    Ok(field::limbs(bytes.cast::<PyBytes>()?.as_bytes()))
}

/// An integer in [0, modulus).
pub fn element<F: PrimeField<BigInt = BigInt<4>>>(value: &Bound<'_, PyAny>, name: &str) -> PyResult<F> {
    F::from_bigint(limbs(value, name)?)
        .ok_or_else(|| PyValueError::new_err(format!("{name}: not below {}", F::MODULUS)))
}

pub fn elements<F: PrimeField<BigInt = BigInt<4>>>(values: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<F>> {
    let mut out = Vec::with_capacity(values.len().unwrap_or(0));
    for (index, value) in values.try_iter()?.enumerate() {
        let value = value?;
        out.push(element(&value, "").map_err(|_| element::<F>(&value, &format!("{name}[{index}]")).unwrap_err())?);
    }
    Ok(out)
}

/// A pair (x, y) of integers in [0, modulus).
pub fn pair<F: PrimeField<BigInt = BigInt<4>>>(value: &Bound<'_, PyAny>, name: &str) -> PyResult<(F, F)> {
    match elements(value, name)?.as_slice() {
        [x, y] => Ok((*x, *y)),
        other => Err(PyValueError::new_err(format!("{name}: {} coordinates, want 2", other.len()))),
    }
}

pub fn from_limbs<'py>(py: Python<'py>, value: &BigInt<4>) -> PyResult<Bound<'py, PyAny>> {
    let bytes = PyBytes::new(py, &value.to_bytes_le());
    py.get_type::<PyInt>().call_method1(intern!(py, "from_bytes"), (bytes, intern!(py, "little")))
}

pub fn to_int<'py, F: PrimeField<BigInt = BigInt<4>>>(py: Python<'py>, value: &F) -> PyResult<Bound<'py, PyAny>> {
    from_limbs(py, &value.into_bigint())
}

/// A pair of Python integers.
pub type IntPair<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);

pub fn to_pair<'py, F: PrimeField<BigInt = BigInt<4>>>(py: Python<'py>, x: &F, y: &F) -> PyResult<IntPair<'py>> {
    Ok((to_int(py, x)?, to_int(py, y)?))
}
