//! Tables as Helm prints them: columns as wide as their widest cell, cut at a limit, with tabs between.
//!
//! Source: `table.go` and `util/strutil/strutil.go` of gosuri/uitable 0.0.4, which Helm uses.

/// Lays rows of cells out in columns of at most `max_width`; 0 is no limit. The last line has no end.
pub(crate) fn layout<const N: usize>(rows: &[[String; N]], max_width: usize) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (column, cell) in widths.iter_mut().zip(row) {
            let width = text_width(cell);
            let width = if max_width == 0 { width } else { width.min(max_width) };
            *column = width.max(*column);
        }
    }
    let lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells = row.iter().zip(widths).map(|(cell, width)| fit(cell, width));
            cells.collect::<Vec<_>>().join("\t")
        })
        .collect();
    lines.join("\n")
}

/// Makes a cell as wide as its column; where it is cut, an ellipsis may still make it wider than a narrow one.
fn fit(cell: &str, width: usize) -> String {
    let own = text_width(cell);
    if width == 0 || own <= width {
        return format!("{cell}{}", " ".repeat(width.saturating_sub(own)));
    }
    let mut cut = String::new();
    let mut taken = 0;
    for c in cell.chars() {
        cut.push(c);
        if taken + char_width(c) + 3 >= width {
            break;
        }
        taken += char_width(c);
    }
    cut.push_str("...");
    cut
}

/// Gives the columns that a text takes on a terminal.
pub(crate) fn text_width(text: &str) -> usize {
    let mut pieces = text.split("\u{1b}[");
    let first = pieces.next().unwrap_or_default();
    // What switches colours takes no place.
    let others = pieces.map(|piece| piece.split_once('m').map_or(piece, |(_, rest)| rest));
    std::iter::once(first).chain(others).flat_map(str::chars).map(char_width).sum()
}

/// Gives the columns that a character takes on a terminal: two for the large blocks of wide ones.
fn char_width(c: char) -> usize {
    match u32::from(c) {
        0..0x20 | 0x7f..0xa0 | 0x300..0x370 | 0x200b..=0x200f => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x1f900..=0x1f9ff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_padded_or_cut() {
        let rows = [["NAME", "X"], ["a long name", "世界"]].map(|row| row.map(str::to_owned));
        assert_eq!(layout(&rows, 0), "NAME       \tX   \na long name\t世界");
        assert_eq!(layout(&rows, 8), "NAME    \tX   \na lon...\t世界");
        assert_eq!(layout(&rows, 2), "N...\tX \na...\t世...");
    }
}
