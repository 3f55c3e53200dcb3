//! What is printed: Markdown tables, and each aim beside what was measured.

/// A table of which each row is printed as soon as it is there.
pub struct Table {
    widths: Vec<usize>,
}

impl Table {
    /// Prints title and header, and makes each column as wide as its widest cell in these rows;
    /// wider ones may come.
    pub fn begin(title: &str, header: &[&str], rows: &[Vec<String>]) -> Self {
        let width = |column: usize| {
            let cells = rows.iter().map(|row| row[column].chars().count());
            cells.chain([header[column].chars().count()]).max().unwrap_or_default()
        };
        let table = Self { widths: (0..header.len()).map(width).collect() };
        println!("\n**{title}**\n");
        table.print(&mut header.iter().map(ToString::to_string));
        table.print(&mut table.widths.iter().enumerate().map(|(column, &width)| match column {
            0 => "-".repeat(width),
            _ => format!("{}:", "-".repeat(width - 1)),
        }));
        table
    }

    /// Prints a row.
    pub fn row(&self, row: &[String]) {
        self.print(&mut row.iter().cloned());
    }

    fn print(&self, cells: &mut dyn Iterator<Item = String>) {
        let padded =
            cells.zip(&self.widths).enumerate().map(|(column, (cell, &width))| match column {
                0 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            });
        println!("| {} |", padded.collect::<Vec<_>>().join(" | "));
    }
}

/// Prints a table, with columns as wide as they have to be.
pub fn print_table(title: &str, header: &[&str], rows: &[Vec<String>]) {
    let table = Table::begin(title, header, rows);
    for row in rows {
        table.row(row);
    }
}

/// An aim, and whether it was met.
pub struct Aim {
    /// What it is about.
    pub what: String,
    /// What is aimed at.
    pub aim: String,
    /// What was measured.
    pub measured: String,
    /// Whether that is good enough.
    pub met: bool,
}

impl Aim {
    /// An aim that something is at most so much.
    pub fn at_most(what: &str, aim: f64, measured: f64, unit: &str, decimals: usize) -> Self {
        Self {
            what: what.to_owned(),
            aim: format!("≤ {aim}{unit}"),
            measured: format!("{measured:.decimals$}{unit}"),
            met: measured <= aim,
        }
    }

    /// An aim that each of several measurements has to meet: what each is of, how much it is, where
    /// less is better, and whether that is good enough.
    pub fn each(what: &str, aim: &str, of: &[(String, f64, bool)]) -> Self {
        let met = of.iter().filter(|(_, _, met)| *met).count();
        let worst = of.iter().max_by(|(_, one, _), (_, other, _)| one.total_cmp(other));
        let worst = worst.map(|(name, value, _)| format!("{value:.2} ({name})"));
        Self {
            what: what.to_owned(),
            aim: aim.to_owned(),
            measured: format!("{met} of {}; worst {}", of.len(), worst.unwrap_or_default()),
            met: met == of.len(),
        }
    }
}

/// Prints the aims, and whether they were met if that means anything.
pub fn print_aims(aims: &[Aim], judged: bool) {
    let verdict = |met| match (judged, met) {
        (false, _) => "not judged",
        (true, true) => "met",
        (true, false) => "missed",
    };
    let row = |aim: &Aim| {
        vec![aim.what.clone(), aim.aim.clone(), aim.measured.clone(), verdict(aim.met).to_owned()]
    };
    let rows: Vec<_> = aims.iter().map(row).collect();
    print_table("Aims", &["What", "Aim", "Measured", "Verdict"], &rows);
}
