// SPDX-License-Identifier: AGPL-3.0-only
//! The Python module: converts, releases the interpreter lock, calls the engine. No arithmetic here.
pub mod curves;
pub mod groth16;
pub mod hashing;
pub mod ints;
pub mod systems;
