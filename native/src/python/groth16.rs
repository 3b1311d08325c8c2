// SPDX-License-Identifier: AGPL-3.0-only
//! Groth16 for Python.
use std::{path::PathBuf, sync::Arc};

use ark_bn254::{Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ff::PrimeField;
use blake2::{Blake2b512, Digest};
use pyo3::{exceptions::PyValueError, prelude::*};
use rand::{rngs::OsRng, RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::{
    ints::{self, IntPair},
    systems::{PyR1cs, PyWitness},
};
use crate::groth16::{json, prove as prover, setup, verify as verifier, zkey, Proof, ProvingKey};

type IntPair2<'py> = (IntPair<'py>, IntPair<'py>);

/// Zero for both coordinates of the point at infinity, as EIP-196 writes it.
fn g1_ints<'py>(py: Python<'py>, point: &G1Affine) -> PyResult<IntPair<'py>> {
    let (x, y) = json::affine_or_zero(point);
    ints::to_pair(py, &x, &y)
}

fn g2_ints<'py>(py: Python<'py>, point: &G2Affine) -> PyResult<IntPair2<'py>> {
    Ok((ints::to_pair(py, &point.x.c0, &point.x.c1)?, ints::to_pair(py, &point.y.c0, &point.y.c1)?))
}

fn read_g1(value: &Bound<'_, PyAny>, name: &str) -> PyResult<G1Affine> {
    let (x, y) = ints::pair::<Fq>(value, name)?;
    Ok(G1Affine::new_unchecked(x, y))
}

fn read_g2(value: &Bound<'_, PyAny>, name: &str) -> PyResult<G2Affine> {
    let (x, y): (Bound<'_, PyAny>, Bound<'_, PyAny>) =
        value.extract().map_err(|_| PyValueError::new_err(format!("{name}: not ((x0, x1), (y0, y1))")))?;
    let fq2 = |part: &Bound<'_, PyAny>| ints::pair::<Fq>(part, name).map(|(c0, c1)| Fq2::new(c0, c1));
    Ok(G2Affine::new_unchecked(fq2(&x)?, fq2(&y)?))
}

/// From the operating system, or from the seed: 16 bytes at least, expanded by BLAKE2b under a domain.
fn random_source(seed: Option<&[u8]>, domain: &[u8]) -> PyResult<ChaCha20Rng> {
    let mut key = [0u8; 32];
    match seed {
        None => OsRng.try_fill_bytes(&mut key).map_err(|error| PyValueError::new_err(error.to_string()))?,
        Some(bytes) if bytes.len() < 16 => {
            return Err(PyValueError::new_err(format!("seed: {} bytes, want at least 16", bytes.len())))
        }
        Some(bytes) => {
            let digest = Blake2b512::new().chain_update(domain).chain_update(bytes).finalize();
            key.copy_from_slice(&digest[..32]);
        }
    }
    Ok(ChaCha20Rng::from_seed(key))
}

#[pyclass(name = "Proof", module = "zklink_native", frozen)]
pub struct PyProof(Proof);

#[pymethods]
impl PyProof {
    #[new]
    fn new(a: &Bound<'_, PyAny>, b: &Bound<'_, PyAny>, c: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(PyProof(Proof { a: read_g1(a, "a")?, b: read_g2(b, "b")?, c: read_g1(c, "c")? }))
    }

    #[getter]
    fn a<'py>(&self, py: Python<'py>) -> PyResult<IntPair<'py>> {
        g1_ints(py, &self.0.a)
    }

    #[getter]
    fn b<'py>(&self, py: Python<'py>) -> PyResult<IntPair2<'py>> {
        g2_ints(py, &self.0.b)
    }

    #[getter]
    fn c<'py>(&self, py: Python<'py>) -> PyResult<IntPair<'py>> {
        g1_ints(py, &self.0.c)
    }

    fn to_json(&self) -> String {
        json::write_proof(&self.0)
    }

    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        Ok(PyProof(json::read_proof(text)?))
    }

    fn to_evm<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let Proof { a, b, c } = &self.0;
        let words = [a.x, a.y, b.x.c1, b.x.c0, b.y.c1, b.y.c0, c.x, c.y];
        words.iter().map(|word| ints::to_int(py, word)).collect()
    }

    fn __eq__(&self, other: &PyProof) -> bool {
        self.0 == other.0
    }
}

#[pyclass(name = "VerifyingKey", module = "zklink_native", frozen)]
pub struct PyVerifyingKey(Arc<verifier::Prepared>);

#[pymethods]
impl PyVerifyingKey {
    fn to_json(&self) -> String {
        json::write_key(&self.0.vk)
    }

    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        Ok(PyVerifyingKey(Arc::new(verifier::prepare(&json::read_key(text)?)?)))
    }

    #[getter]
    fn n_public(&self) -> usize {
        self.0.vk.gamma_abc_g1.len() - 1
    }

    #[getter]
    fn alpha<'py>(&self, py: Python<'py>) -> PyResult<IntPair<'py>> {
        g1_ints(py, &self.0.vk.alpha_g1)
    }

    #[getter]
    fn beta<'py>(&self, py: Python<'py>) -> PyResult<IntPair2<'py>> {
        g2_ints(py, &self.0.vk.beta_g2)
    }

    #[getter]
    fn gamma<'py>(&self, py: Python<'py>) -> PyResult<IntPair2<'py>> {
        g2_ints(py, &self.0.vk.gamma_g2)
    }

    #[getter]
    fn delta<'py>(&self, py: Python<'py>) -> PyResult<IntPair2<'py>> {
        g2_ints(py, &self.0.vk.delta_g2)
    }

    #[getter]
    fn ic<'py>(&self, py: Python<'py>) -> PyResult<Vec<IntPair<'py>>> {
        self.0.vk.gamma_abc_g1.iter().map(|point| g1_ints(py, point)).collect()
    }

    fn __eq__(&self, other: &PyVerifyingKey) -> bool {
        self.0.vk == other.0.vk
    }
}

#[pyclass(name = "ProvingKey", module = "zklink_native", frozen)]
pub struct PyProvingKey(Arc<ProvingKey>);

#[pymethods]
impl PyProvingKey {
    #[staticmethod]
    #[pyo3(signature = (path, checked = true))]
    fn read_zkey(py: Python<'_>, path: PathBuf, checked: bool) -> PyResult<Self> {
        Ok(PyProvingKey(Arc::new(py.detach(|| zkey::read(&path, checked))?)))
    }

    fn write_zkey(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        Ok(py.detach(|| zkey::write(&self.0, &path))?)
    }

    fn verifying_key(&self) -> PyResult<PyVerifyingKey> {
        Ok(PyVerifyingKey(Arc::new(verifier::prepare(&self.0.vk)?)))
    }

    #[getter]
    fn n_public(&self) -> usize {
        self.0.n_public()
    }

    #[getter]
    fn n_wires(&self) -> usize {
        self.0.a.len()
    }

    #[getter]
    fn domain_size(&self) -> usize {
        self.0.domain_size()
    }

    fn __eq__(&self, other: &PyProvingKey) -> bool {
        self.0 == other.0
    }
}

#[pyfunction]
#[pyo3(signature = (r1cs, seed = None))]
pub fn setup_development(py: Python<'_>, r1cs: &PyR1cs, seed: Option<&[u8]>) -> PyResult<PyProvingKey> {
    let mut rng = random_source(seed, b"zklink-native/groth16/development-setup/v1")?;
    Ok(PyProvingKey(Arc::new(py.detach(|| setup::setup(&r1cs.0, &mut rng))?)))
}

#[pyfunction]
#[pyo3(signature = (pk, witness, seed = None))]
pub fn prove(py: Python<'_>, pk: &PyProvingKey, witness: &PyWitness, seed: Option<&[u8]>) -> PyResult<PyProof> {
    let mut rng = random_source(seed, b"zklink-native/groth16/blinding/v1")?;
    Ok(PyProof(py.detach(|| prover::prove(&pk.0, &witness.0, &mut rng))?))
}

#[pyfunction]
pub fn verify(py: Python<'_>, vk: &PyVerifyingKey, public: &Bound<'_, PyAny>, proof: &PyProof) -> PyResult<bool> {
    let mut values = Vec::new();
    let mut is_canonical = true;
    for (index, value) in public.try_iter()?.enumerate() {
        let value = Fr::from_bigint(ints::limbs(&value?, &format!("public[{index}]"))?);
        is_canonical &= value.is_some();
        values.push(value.unwrap_or_default());
    }
    Ok(py.detach(|| verifier::verify(&vk.0, &values, &proof.0))? && is_canonical)
}
