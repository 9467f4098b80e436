//! Reads an `Accept-Language` header.
//!
//! Spec: RFC 9110 §12.5.4 (field), §12.4.2 (weights); RFC 4647 §3.4 (lookup) by primary subtag only.
//! Left out: `*`, which says nothing that our fallback does not.

/// More ranges than any browser sends; what follows is ignored.
const MAX_RANGES: usize = 32;

/// The ranges of a header from most to least wanted; those with weight 0 or a malformed weight are dropped.
pub(crate) fn ranges(header: &str) -> impl Iterator<Item = &str> {
    let mut ranges: Vec<(u32, &str)> = header.split(',').take(MAX_RANGES).filter_map(range).collect();
    // Stable: equal weights keep the header's order.
    ranges.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    ranges.into_iter().map(|(_, tag)| tag)
}

/// A tag and its weight in thousandths.
fn range(item: &str) -> Option<(u32, &str)> {
    let mut parts = item.split(';').map(str::trim);
    let tag = parts.next().filter(|tag| !tag.is_empty() && *tag != "*")?;
    let weight = match parts.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q="))) {
        None => 1000,
        Some(q) => thousandths(q)?,
    };
    (weight > 0).then_some((weight, tag))
}

fn thousandths(q: &str) -> Option<u32> {
    let q: f32 = q.parse().ok()?;
    // The range check keeps the cast below exact enough: 0 to 1000.
    (0.0..=1.0).contains(&q).then_some((q * 1000.0) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_come_by_weight_then_by_place() {
        for (header, expected) in [
            ("", &[][..]),
            ("de", &["de"]),
            ("en;q=0.5, de-AT, de;q=0.9", &["de-AT", "de", "en"]),
            ("fr;q=0, en", &["en"]),
            ("*, es;q=0.1", &["es"]),
            ("de;q=wrong,en;q=7,fr;q=NaN,ar;q=0.3", &["ar"]),
            (";;;,,;q=1, da", &["da"]),
        ] {
            assert_eq!(ranges(header).collect::<Vec<_>>(), expected, "{header:?}");
        }
    }

    #[test]
    fn a_huge_header_is_cut_short() {
        let header = "xx,".repeat(10_000);
        assert_eq!(ranges(&header).count(), MAX_RANGES);
    }
}
