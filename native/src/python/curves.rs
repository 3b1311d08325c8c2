// SPDX-License-Identifier: AGPL-3.0-only
//! Baby Jubjub and EdDSA for Python.
use ark_ec::CurveGroup;
use pyo3::{exceptions::PyValueError, prelude::*};
use rayon::prelude::*;

use super::ints::{self, IntPair};
use crate::{
    babyjub::{self, Group, Point, Scalar},
    eddsa::{self, Signature},
    field::Fr,
};

fn point(x: &Bound<'_, PyAny>, y: &Bound<'_, PyAny>) -> PyResult<Point> {
    let (x, y) = (ints::element(x, "x")?, ints::element(y, "y")?);
    if !babyjub::is_on_curve(x, y) {
        return Err(PyValueError::new_err("point: not on Baby Jubjub"));
    }
    Ok(Point::new_unchecked(x, y))
}

fn to_pair<'py>(py: Python<'py>, group: Group) -> PyResult<IntPair<'py>> {
    let point = group.into_affine();
    ints::to_pair(py, &point.x, &point.y)
}

#[pyfunction]
pub fn babyjub_on_curve(x: &Bound<'_, PyAny>, y: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(babyjub::is_on_curve(ints::element(x, "x")?, ints::element(y, "y")?))
}

/// False for a point off the curve.
#[pyfunction]
pub fn babyjub_in_subgroup(x: &Bound<'_, PyAny>, y: &Bound<'_, PyAny>) -> PyResult<bool> {
    let (x, y): (Fr, Fr) = (ints::element(x, "x")?, ints::element(y, "y")?);
    Ok(babyjub::is_on_curve(x, y) && babyjub::is_in_subgroup(&Point::new_unchecked(x, y)))
}

#[pyfunction]
pub fn babyjub_add<'py>(
    py: Python<'py>,
    left: (Bound<'py, PyAny>, Bound<'py, PyAny>),
    right: (Bound<'py, PyAny>, Bound<'py, PyAny>),
) -> PyResult<IntPair<'py>> {
    to_pair(py, Group::from(point(&left.0, &left.1)?) + point(&right.0, &right.1)?)
}

/// The scalar is any integer in [0, 2^256): the point need not be in the subgroup.
#[pyfunction]
pub fn babyjub_mul<'py>(
    py: Python<'py>,
    x: &Bound<'py, PyAny>,
    y: &Bound<'py, PyAny>,
    scalar: &Bound<'py, PyAny>,
) -> PyResult<IntPair<'py>> {
    use ark_ec::PrimeGroup;
    let scalar = ints::limbs(scalar, "scalar")?;
    to_pair(py, Group::from(point(x, y)?).mul_bigint(scalar))
}

#[pyfunction]
pub fn babyjub_mul_base8<'py>(py: Python<'py>, scalar: &Bound<'py, PyAny>) -> PyResult<IntPair<'py>> {
    to_pair(py, babyjub::multiply_base8(&ints::element(scalar, "scalar")?))
}

#[pyfunction]
pub fn eddsa_public_key<'py>(py: Python<'py>, secret: &Bound<'py, PyAny>) -> PyResult<IntPair<'py>> {
    let secret: Scalar = ints::element(secret, "secret")?;
    let key = eddsa::public_key(&secret)?;
    ints::to_pair(py, &key.x, &key.y)
}

type IntTriple<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>, Bound<'py, PyAny>);

#[pyfunction]
pub fn eddsa_sign<'py>(
    py: Python<'py>,
    secret: &Bound<'py, PyAny>,
    message: &Bound<'py, PyAny>,
) -> PyResult<IntTriple<'py>> {
    let secret: Scalar = ints::element(secret, "secret")?;
    let signature = eddsa::sign(&secret, ints::element(message, "message")?)?;
    let (x, y) = ints::to_pair(py, &signature.r8.0, &signature.r8.1)?;
    Ok((x, y, ints::from_limbs(py, &signature.s)?))
}

struct Case {
    key: (Fr, Fr),
    signature: Signature,
    message: Fr,
}

impl Case {
    fn read(key: &Bound<'_, PyAny>, signature: &Bound<'_, PyAny>, message: &Bound<'_, PyAny>) -> PyResult<Case> {
        let parts: IntTriple<'_> =
            signature.extract().map_err(|_| PyValueError::new_err("signature: not a tuple (r8x, r8y, s)"))?;
        let r8 = (ints::element(&parts.0, "signature.r8x")?, ints::element(&parts.1, "signature.r8y")?);
        let signature = Signature { r8, s: ints::limbs(&parts.2, "signature.s")? };
        Ok(Case { key: ints::pair(key, "key")?, signature, message: ints::element(message, "message")? })
    }

    fn verify(&self) -> bool {
        eddsa::verify(self.key, &self.signature, self.message)
    }
}

#[pyfunction]
pub fn eddsa_verify(
    py: Python<'_>,
    key: &Bound<'_, PyAny>,
    signature: &Bound<'_, PyAny>,
    message: &Bound<'_, PyAny>,
) -> PyResult<bool> {
    let case = Case::read(key, signature, message)?;
    Ok(py.detach(|| case.verify()))
}

#[pyfunction]
pub fn eddsa_verify_many(py: Python<'_>, cases: Vec<IntTriple<'_>>) -> PyResult<Vec<bool>> {
    let mut read = Vec::with_capacity(cases.len());
    for (index, (key, signature, message)) in cases.iter().enumerate() {
        let case = Case::read(key, signature, message)
            .map_err(|error| PyValueError::new_err(format!("cases[{index}].{}", error.value(py))))?;
        read.push(case);
    }
    Ok(py.detach(|| read.par_iter().map(Case::verify).collect()))
}
