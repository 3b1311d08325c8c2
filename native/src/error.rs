// SPDX-License-Identifier: AGPL-3.0-only
//! The one error of this crate: bad input with a reason, or the operating system's refusal of a file.
use std::{fmt, io};

#[derive(Debug)]
pub enum Error {
    /// Names the field and the reason.
    Invalid(String),
    Io(io::Error),
}

pub type Result<T> = std::result::Result<T, Error>;

/// `Err(Error::Invalid(..))` with a formatted reason.
#[macro_export]
macro_rules! invalid {
    ($($argument:tt)*) => { Err($crate::error::Error::Invalid(format!($($argument)*))) };
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Invalid(reason) => f.write_str(reason),
            Error::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Error::Io(error)
    }
}
