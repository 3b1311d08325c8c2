// SPDX-License-Identifier: AGPL-3.0-only
//! Constraint systems and witnesses for Python.
use std::{path::PathBuf, sync::Arc};

use pyo3::{
    exceptions::{PyIndexError, PyValueError},
    prelude::*,
    types::PyBytes,
};

use super::ints;
use crate::{
    builder::Builder,
    field::Fr,
    r1cs::{R1cs, Rows},
    witness::Witness,
};

#[pyclass(name = "R1cs", module = "zklink_native", frozen)]
pub struct PyR1cs(pub Arc<R1cs>);

type Row<'py> = Vec<(u32, Bound<'py, PyAny>)>;

fn row_of<'py>(py: Python<'py>, rows: &Rows, index: usize) -> PyResult<Row<'py>> {
    rows.row(index).iter().map(|(wire, value)| Ok((*wire, ints::to_int(py, value)?))).collect()
}

#[pymethods]
impl PyR1cs {
    #[staticmethod]
    fn read(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        Ok(PyR1cs(Arc::new(py.detach(|| R1cs::read(&path))?)))
    }

    #[getter]
    fn n_wires(&self) -> u32 {
        self.0.n_wires
    }

    #[getter]
    fn n_pub_out(&self) -> u32 {
        self.0.n_pub_out
    }

    #[getter]
    fn n_pub_in(&self) -> u32 {
        self.0.n_pub_in
    }

    #[getter]
    fn n_prv_in(&self) -> u32 {
        self.0.n_prv_in
    }

    #[getter]
    fn n_labels(&self) -> u64 {
        self.0.n_labels
    }

    #[getter]
    fn n_constraints(&self) -> usize {
        self.0.n_constraints()
    }

    fn write(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        Ok(py.detach(|| self.0.write(&path))?)
    }

    fn check(&self, py: Python<'_>, witness: &PyWitness) -> PyResult<Option<usize>> {
        Ok(py.detach(|| self.0.first_violated(&witness.0))?)
    }

    fn row<'py>(&self, py: Python<'py>, index: usize) -> PyResult<(Row<'py>, Row<'py>, Row<'py>)> {
        if index >= self.0.n_constraints() {
            return Err(PyIndexError::new_err("row: beyond the last"));
        }
        let r1cs = &self.0;
        Ok((row_of(py, &r1cs.a, index)?, row_of(py, &r1cs.b, index)?, row_of(py, &r1cs.c, index)?))
    }

    fn __eq__(&self, other: &PyR1cs) -> bool {
        self.0 == other.0
    }
}

/// A map as Python gives it: None marks a wire nobody mapped.
fn read_map(map: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<u32>> {
    if let Ok(whole) = map.extract::<Vec<u32>>() {
        return Ok(whole);
    }
    let mut out = Vec::new();
    for (wire, target) in map.try_iter()?.enumerate() {
        let target = target?;
        if target.is_none() {
            return Err(PyValueError::new_err(format!("{name}[{wire}]: unmapped")));
        }
        let value = target.extract::<u32>();
        out.push(value.map_err(|_| PyValueError::new_err(format!("{name}[{wire}]: not an integer in [0, 2^32)")))?);
    }
    Ok(out)
}

#[pyclass(name = "R1csBuilder", module = "zklink_native")]
pub struct PyBuilder(Option<Builder>);

impl PyBuilder {
    fn open(&mut self) -> PyResult<&mut Builder> {
        self.0.as_mut().ok_or_else(|| PyValueError::new_err("builder: already finished"))
    }
}

#[pymethods]
impl PyBuilder {
    #[new]
    fn new(n_wires: u32, n_public: u32) -> PyResult<Self> {
        Ok(PyBuilder(Some(Builder::new(n_wires, n_public)?)))
    }

    fn add(&mut self, piece: &PyR1cs, wire_map: &Bound<'_, PyAny>) -> PyResult<()> {
        let map = read_map(wire_map, "wire_map")?;
        Ok(self.open()?.add(&piece.0, &map)?)
    }

    fn add_equal(&mut self, a: u32, b: u32) -> PyResult<()> {
        Ok(self.open()?.add_equal(a, b)?)
    }

    /// Ends the builder, whether it succeeds or not.
    fn finish(&mut self) -> PyResult<PyR1cs> {
        self.open()?;
        let builder = self.0.take().expect("just seen");
        Ok(PyR1cs(Arc::new(builder.finish()?)))
    }
}

#[pyclass(name = "Witness", module = "zklink_native", frozen)]
pub struct PyWitness(pub Arc<Witness>);

fn wrap(witness: Witness) -> PyWitness {
    PyWitness(Arc::new(witness))
}

#[pymethods]
impl PyWitness {
    #[staticmethod]
    fn read_wtns(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        Ok(wrap(py.detach(|| Witness::read(&path))?))
    }

    #[staticmethod]
    fn from_wtns(py: Python<'_>, data: &[u8]) -> PyResult<Self> {
        Ok(wrap(py.detach(|| Witness::from_bytes(data))?))
    }

    #[staticmethod]
    fn from_ints(values: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(wrap(Witness { values: ints::elements::<Fr>(values, "values")? }))
    }

    #[staticmethod]
    fn assemble(py: Python<'_>, n_wires: u32, parts: Vec<(Py<PyWitness>, Bound<'_, PyAny>)>) -> PyResult<Self> {
        let mut maps = Vec::with_capacity(parts.len());
        for (index, (_, map)) in parts.iter().enumerate() {
            maps.push(read_map(map, &format!("parts[{index}].wire_map"))?);
        }
        let whole: Vec<(&Witness, &[u32])> =
            parts.iter().zip(&maps).map(|((part, _), map)| (part.get().0.as_ref(), map.as_slice())).collect();
        Ok(wrap(py.detach(|| Witness::assemble(n_wires as usize, &whole))?))
    }

    fn write_wtns(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        Ok(py.detach(|| self.0.write(&path))?)
    }

    fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &py.detach(|| self.0.to_bytes()))
    }

    fn __len__(&self) -> usize {
        self.0.values.len()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, index: isize) -> PyResult<Bound<'py, PyAny>> {
        let length = self.0.values.len() as isize;
        let at = if index < 0 { index + length } else { index };
        if !(0..length).contains(&at) {
            return Err(PyIndexError::new_err("witness: beyond the last wire"));
        }
        ints::to_int(py, &self.0.values[at as usize])
    }

    fn __eq__(&self, other: &PyWitness) -> bool {
        self.0 == other.0
    }
}
