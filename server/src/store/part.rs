//! Parts of long lists.

/// Which part of a list is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Entries that are left out.
    pub offset: u32,
    /// Entries at most.
    pub limit: u32,
}

impl Part {
    /// The first entries.
    pub fn first(limit: u32) -> Self {
        Self { offset: 0, limit }
    }

    /// Page `number` (0, 1, …) of `size` entries, and one entry more: see [`has_more`].
    pub fn page(number: u32, size: u32) -> Self {
        Self {
            offset: number.saturating_mul(size),
            limit: size + 1,
        }
    }
}

/// Whether another page follows on what was read as [`Part::page`]; the entry that tells is removed.
pub fn has_more<T>(rows: &mut Vec<T>, size: u32) -> bool {
    let has_more = rows.len() > size as usize;
    rows.truncate(size as usize);
    has_more
}
