// SPDX-License-Identifier: AGPL-3.0-only
//! Fast arithmetic for Python: Poseidon, EdDSA over Baby Jubjub, iden3 R1CS and witness files, Groth16 over BN254.
//! Nothing here knows what is proved. `python` is the only module that knows PyO3.
pub mod babyjub;
pub mod binary;
pub mod builder;
pub mod eddsa;
pub mod error;
pub mod field;
pub mod groth16;
pub mod matrix;
pub mod poseidon;
pub mod python;
pub mod r1cs;
pub mod witness;

use pyo3::prelude::*;

#[pymodule]
mod zklink_native {
    use crate::python::ints;
    #[pymodule_export]
    use crate::python::{
        curves::{
            babyjub_add, babyjub_in_subgroup, babyjub_mul, babyjub_mul_base8, babyjub_on_curve, eddsa_public_key,
            eddsa_sign, eddsa_verify, eddsa_verify_many,
        },
        groth16::{prove, setup_development, verify, PyProof, PyProvingKey, PyVerifyingKey},
        hashing::{hash, hash_many},
        systems::{PyBuilder, PyR1cs, PyWitness},
    };
    use ark_ff::PrimeField;
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let py = module.py();
        let base8 = <crate::babyjub::BabyJubjub as ark_ec::twisted_edwards::TECurveConfig>::GENERATOR;
        module.add("LIBRARY_VERSION", env!("CARGO_PKG_VERSION"))?;
        module.add("FIELD_ORDER", ints::from_limbs(py, &crate::field::Fr::MODULUS)?)?;
        module.add("SUBGROUP_ORDER", ints::from_limbs(py, &crate::babyjub::Scalar::MODULUS)?)?;
        module.add("BASE8", ints::to_pair(py, &base8.x, &base8.y)?)
    }
}
