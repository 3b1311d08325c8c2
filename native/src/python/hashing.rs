// SPDX-License-Identifier: AGPL-3.0-only
//! Poseidon for Python.
use pyo3::{prelude::*, types::PyBytes};

use super::ints;
use crate::{field::Fr, poseidon};

fn tag_of(tag: Option<&Bound<'_, PyAny>>) -> PyResult<Fr> {
    tag.map_or(Ok(Fr::from(0u64)), |value| ints::element(value, "tag"))
}

#[pyfunction(name = "poseidon")]
#[pyo3(signature = (inputs, tag = None), text_signature = "(inputs, tag=0)")]
pub fn hash<'py>(
    py: Python<'py>,
    inputs: &Bound<'py, PyAny>,
    tag: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let inputs = ints::elements::<Fr>(inputs, "inputs")?;
    ints::to_int(py, &poseidon::hash(&inputs, tag_of(tag)?)?)
}

#[pyfunction(name = "poseidon_many")]
#[pyo3(signature = (data, arity, tag = None), text_signature = "(data, arity, tag=0)")]
pub fn hash_many<'py>(
    py: Python<'py>,
    data: &[u8],
    arity: usize,
    tag: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyBytes>> {
    let tag = tag_of(tag)?;
    let hashes = py.detach(|| poseidon::hash_rows(data, arity, tag))?;
    Ok(PyBytes::new(py, &hashes))
}
