//! Columns of the table: how wide they are, and which give way on a narrow screen.
//!
//! Widths depend on the screen alone, never on what stands in the rows, so that nothing jumps while scrolling. Path
//! gives way first, then Mode, Owner:group, Type, and below 60 columns the declaration is left to the row's sign.

use ratatui::layout::Rect;

use super::layout::left;

/// One column of the table of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// Sign and key.
    Key,
    /// The value, mostly its mask.
    Value,
    /// The value's type.
    Type,
    /// Where it is declared.
    Declared,
    /// Owner and group.
    Owner,
    /// The mode.
    Mode,
    /// The path on the host.
    Path,
}

/// Cells between two columns.
const GAP: u16 = 2;

/// Column, its least width, from which screen width on it is there, and its share of what is left over.
const COLUMNS: &[(Column, u16, u16, u16)] = &[
    (Column::Key, 18, 0, 4),
    (Column::Value, 8, 0, 0),
    (Column::Type, 5, 52, 0),
    (Column::Declared, 17, 60, 3),
    (Column::Owner, 11, 72, 0),
    (Column::Mode, 4, 78, 0),
    (Column::Path, 22, 104, 4),
];

impl Column {
    /// The heading.
    pub(super) fn heading(self) -> &'static str {
        match self {
            Self::Key => "Key",
            Self::Value => "Value",
            Self::Type => "Type",
            Self::Declared => "Declared in",
            Self::Owner => "Owner:group",
            Self::Mode => "Mode",
            Self::Path => "Path",
        }
    }
}

/// The columns that `area` has room for, from left to right.
pub(super) fn columns(area: Rect) -> Vec<(Column, Rect)> {
    let present: Vec<_> = COLUMNS.iter().filter(|(_, _, from, _)| area.width >= *from).collect();
    let needed: u16 = present.iter().map(|(_, least, ..)| least + GAP).sum::<u16>() - GAP;
    let spare = area.width.saturating_sub(needed);
    let shares: u16 = present.iter().map(|(.., share)| share).sum();
    let mut rest = area;
    let mut shared = 0;
    let place = |(column, least, _, share): &(Column, u16, u16, u16)| {
        // What rounding leaves of one share goes to the next.
        let before = portion(spare, shared, shares);
        shared += share;
        let (place, after) = left(rest, least + portion(spare, shared, shares) - before);
        rest = left(after, GAP).1;
        (*column, place)
    };
    present.into_iter().map(place).collect()
}

/// `part` of `whole` parts of some cells.
fn portion(cells: u16, part: u16, whole: u16) -> u16 {
    let portion = u32::from(cells) * u32::from(part) / u32::from(whole);
    u16::try_from(portion).expect("a part of cells is not more than the cells")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(width: u16, expected: &[Column]) {
        let columns = columns(Rect::new(0, 0, width, 1));
        let present: Vec<Column> = columns.iter().map(|(column, _)| *column).collect();
        assert_eq!(present, expected, "{width}");
        let end = columns.last().unwrap().1.right();
        assert!(end == width || width < 28, "{width}: all of the line is used, not {end}");
    }

    #[test]
    fn columns_give_way_from_the_least_needed() {
        use Column::*;
        check(160, &[Key, Value, Type, Declared, Owner, Mode, Path]);
        check(103, &[Key, Value, Type, Declared, Owner, Mode]);
        check(80, &[Key, Value, Type, Declared, Owner, Mode]);
        check(77, &[Key, Value, Type, Declared, Owner]);
        check(71, &[Key, Value, Type, Declared]);
        check(59, &[Key, Value, Type]);
        check(40, &[Key, Value]);
        check(1, &[Key, Value]);
        check(u16::MAX, &[Key, Value, Type, Declared, Owner, Mode, Path]);
    }
}
