// SPDX-License-Identifier: AGPL-3.0-only
//! The container of iden3's binary files: magic, version, count of sections, then (type u32, size u64, content).
use crate::{
    error::Result,
    field::{self, Fr},
    invalid,
};

/// A cursor over little-endian content that names itself when it runs out.
pub struct Reader<'a> {
    name: &'static str,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(name: &'static str, content: &'a [u8]) -> Self {
        Reader { name, rest: content }
    }

    pub fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        if count > self.rest.len() {
            return invalid!("{}: truncated, {} bytes missing", self.name, count - self.rest.len());
        }
        let (head, tail) = self.rest.split_at(count);
        self.rest = tail;
        Ok(head)
    }

    pub fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.take(4)?.try_into().expect("4 bytes")))
    }

    pub fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.take(8)?.try_into().expect("8 bytes")))
    }

    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Nothing may follow what was read.
    pub fn finish(self) -> Result<()> {
        match self.rest.len() {
            0 => Ok(()),
            extra => invalid!("{}: {extra} bytes too many", self.name),
        }
    }

    /// A field's header: byte length 32 and the modulus of `F`.
    pub fn modulus(&mut self, expected: &[u8; 32]) -> Result<()> {
        let size = self.u32()?;
        if size != 32 {
            return invalid!("{}: field elements of {size} bytes, want 32", self.name);
        }
        if self.take(32)? != expected {
            return invalid!("{}: written for another field, want BN254", self.name);
        }
        Ok(())
    }
}

/// The sections of a file; each type once, except that unknown types are kept and not looked at.
pub struct Sections<'a> {
    list: Vec<(u32, &'a [u8])>,
}

impl<'a> Sections<'a> {
    pub fn read(bytes: &'a [u8], magic: &[u8; 4], version: u32) -> Result<Self> {
        let mut reader = Reader::new("file", bytes);
        if reader.take(4)? != magic {
            return invalid!("file: wrong magic, want {:?}", String::from_utf8_lossy(magic));
        }
        let found = reader.u32()?;
        if found != version {
            return invalid!("file: version {found}, want {version}");
        }
        let mut list: Vec<(u32, &[u8])> = Vec::new();
        for _ in 0..reader.u32()? {
            let (kind, size) = (reader.u32()?, reader.u64()?);
            if list.iter().any(|(known, _)| *known == kind) {
                return invalid!("file: section {kind} twice");
            }
            list.push((kind, reader.take(usize::try_from(size).unwrap_or(usize::MAX))?));
        }
        reader.finish()?;
        Ok(Sections { list })
    }

    pub fn get(&self, kind: u32, name: &'static str) -> Result<Reader<'a>> {
        match self.list.iter().find(|(known, _)| *known == kind) {
            Some((_, content)) => Ok(Reader::new(name, content)),
            None => invalid!("file: no section {kind} ({name})"),
        }
    }

    pub fn has(&self, kind: u32) -> bool {
        self.list.iter().any(|(known, _)| *known == kind)
    }
}

/// Builds a file in memory; sections in the order of the calls.
pub struct Writer {
    bytes: Vec<u8>,
    count: u32,
}

impl Writer {
    pub fn new(magic: &[u8; 4], version: u32) -> Self {
        let mut bytes = magic.to_vec();
        bytes.extend(version.to_le_bytes());
        bytes.extend(0u32.to_le_bytes());
        Writer { bytes, count: 0 }
    }

    pub fn section(&mut self, kind: u32, content: &[u8]) {
        self.count += 1;
        self.bytes.extend(kind.to_le_bytes());
        self.bytes.extend((content.len() as u64).to_le_bytes());
        self.bytes.extend_from_slice(content);
    }

    pub fn finish(mut self) -> Vec<u8> {
        self.bytes[8..12].copy_from_slice(&self.count.to_le_bytes());
        self.bytes
    }
}

/// 32 and the modulus of Fr, as the headers of r1cs and wtns files start.
pub fn field_header() -> Vec<u8> {
    let mut out = 32u32.to_le_bytes().to_vec();
    out.extend(field::modulus_le::<Fr>());
    out
}

/// Writes beside the target and renames, so that a reader never sees half a file.
pub fn write_file(path: &std::path::Path, bytes: &[u8]) -> Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.partial", std::process::id()));
    let partial = path.with_file_name(name);
    std::fs::write(&partial, bytes)?;
    Ok(std::fs::rename(&partial, path)?)
}
