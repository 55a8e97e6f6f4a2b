//! Sets of runes as Go's patterns name them: ranges, `[:alpha:]`, `\pL`.
//!
//! Source: `perl_groups.go` and `unicodeTable` in Go's `regexp/syntax`. Their characters
//! are those of [`super::unicode`].

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

use super::unicode;

/// The parts of a class while it is read. Put together only once, since that sorts.
#[derive(Default)]
pub(super) struct Ranges {
    /// ranges as they were written, not yet folded
    written: Vec<ClassUnicodeRange>,
    /// ranges that folding must not touch any more
    done: Vec<ClassUnicodeRange>,
}

impl Ranges {
    /// Adds runes; surrogates among them match nothing.
    pub(super) fn add(&mut self, low: u32, high: u32) {
        let low = if is_surrogate(low) { 0xE000 } else { low };
        let high = if is_surrogate(high) { 0xD7FF } else { high };
        if low <= high
            && let (Some(low), Some(high)) = (char::from_u32(low), char::from_u32(high))
        {
            // One range even around surrogates: what negates a class takes two that meet there for apart.
            self.written.push(ClassUnicodeRange::new(low, high));
        }
    }

    pub(super) fn add_group(&mut self, group: &[(char, char)], negated: bool, fold_case: bool) {
        let ranges = group.iter().map(|&(low, high)| ClassUnicodeRange::new(low, high));
        if negated {
            self.add_class(ClassUnicode::new(ranges), true, fold_case);
        } else {
            self.written.extend(ranges);
        }
    }

    pub(super) fn add_class(&mut self, mut class: ClassUnicode, negated: bool, fold_case: bool) {
        if fold_case {
            unicode::fold_case(&mut class);
        }
        if negated {
            class.negate();
        }
        self.done.extend(class.iter());
    }

    pub(super) fn class(self, fold_case: bool) -> ClassUnicode {
        let mut class = ClassUnicode::new(self.written);
        if fold_case {
            unicode::fold_case(&mut class);
        }
        if !self.done.is_empty() {
            class.union(&ClassUnicode::new(self.done));
        }
        class
    }
}

fn is_surrogate(rune: u32) -> bool {
    (0xD800..=0xDFFF).contains(&rune)
}

pub(super) const WORD: &[(char, char)] = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];

/// What `[:name:]` stands for.
pub(super) const POSIX: &[(&str, &[(char, char)])] = &[
    ("alnum", &[('0', '9'), ('A', 'Z'), ('a', 'z')]),
    ("alpha", &[('A', 'Z'), ('a', 'z')]),
    ("ascii", &[('\0', '\x7f')]),
    ("blank", &[('\t', '\t'), (' ', ' ')]),
    ("cntrl", &[('\0', '\x1f'), ('\x7f', '\x7f')]),
    ("digit", &[('0', '9')]),
    ("graph", &[('!', '~')]),
    ("lower", &[('a', 'z')]),
    ("print", &[(' ', '~')]),
    ("punct", &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
    ("space", &[('\t', '\r'), (' ', ' ')]),
    ("upper", &[('A', 'Z')]),
    ("word", WORD),
    ("xdigit", &[('0', '9'), ('A', 'F'), ('a', 'f')]),
];

/// The Unicode categories that `\p{…}` knows by their short names.
const CATEGORIES: &str = "\
    C Cc Cf Cn Co Cs L Lc Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm \
    So Z Zl Zp Zs";

/// The Unicode categories by their long names, as [`canonical_name`] makes them.
const CATEGORY_ALIASES: &[(&str, &str)] = &[
    ("Casedletter", "LC"),
    ("Closepunctuation", "Pe"),
    ("Cntrl", "Cc"),
    ("Combiningmark", "M"),
    ("Connectorpunctuation", "Pc"),
    ("Control", "Cc"),
    ("Currencysymbol", "Sc"),
    ("Dashpunctuation", "Pd"),
    ("Decimalnumber", "Nd"),
    ("Digit", "Nd"),
    ("Enclosingmark", "Me"),
    ("Finalpunctuation", "Pf"),
    ("Format", "Cf"),
    ("Initialpunctuation", "Pi"),
    ("Letter", "L"),
    ("Letternumber", "Nl"),
    ("Lineseparator", "Zl"),
    ("Lowercaseletter", "Ll"),
    ("Mark", "M"),
    ("Mathsymbol", "Sm"),
    ("Modifierletter", "Lm"),
    ("Modifiersymbol", "Sk"),
    ("Nonspacingmark", "Mn"),
    ("Number", "N"),
    ("Openpunctuation", "Ps"),
    ("Other", "C"),
    ("Otherletter", "Lo"),
    ("Othernumber", "No"),
    ("Otherpunctuation", "Po"),
    ("Othersymbol", "So"),
    ("Paragraphseparator", "Zp"),
    ("Privateuse", "Co"),
    ("Punct", "P"),
    ("Punctuation", "P"),
    ("Separator", "Z"),
    ("Spaceseparator", "Zs"),
    ("Spacingmark", "Mc"),
    ("Surrogate", "Cs"),
    ("Symbol", "S"),
    ("Titlecaseletter", "Lt"),
    ("Unassigned", "Cn"),
    ("Uppercaseletter", "Lu"),
];

/// The Unicode scripts that `\p{…}` knows. Scripts of more than one word are missing, because Go makes the name canonical
/// before it looks for it in a table whose keys are not.
const SCRIPTS: &str = "\
    Adlam Ahom Arabic Armenian Avestan Balinese Bamum Batak Bengali Bhaiksuki Bopomofo Brahmi \
    Braille Buginese Buhid Carian Chakma Cham Cherokee Chorasmian Common Coptic Cuneiform \
    Cypriot Cyrillic Deseret Devanagari Dogra Duployan Elbasan Elymaic Ethiopic Georgian \
    Glagolitic Gothic Grantha Greek Gujarati Gurmukhi Han Hangul Hanunoo Hatran Hebrew Hiragana \
    Inherited Javanese Kaithi Kannada Katakana Kawi Kharoshthi Khmer Khojki Khudawadi Lao Latin \
    Lepcha Limbu Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen \
    Medefaidrin Miao Modi Mongolian Mro Multani Myanmar Nabataean Nandinagari Newa Nko Nushu \
    Ogham Oriya Osage Osmanya Palmyrene Phoenician Rejang Runic Samaritan Saurashtra Sharada \
    Shavian Siddham Sinhala Sogdian Soyombo Sundanese Syriac Tagalog Tagbanwa Takri Tamil Tangsa \
    Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Toto Ugaritic Vai Vithkuqi Wancho Yezidi \
    Yi";

/// Gives the runes that `\p{name}` stands for.
pub(super) fn unicode_class(name: &[u8]) -> Option<ClassUnicode> {
    let name = canonical_name(name);
    let all = || ClassUnicode::new([ClassUnicodeRange::new('\0', char::MAX)]);
    match name.as_str() {
        "Any" => Some(all()),
        "Ascii" => Some(ClassUnicode::new([ClassUnicodeRange::new('\0', '\x7f')])),
        "Assigned" => {
            let mut class = unicode::general_category("Cn")?;
            class.negate();
            Some(class)
        }
        // Surrogates, which no text holds.
        "Cs" | "Surrogate" => Some(ClassUnicode::empty()),
        "Lc" => unicode::general_category("LC"),
        _ if contains(CATEGORIES, &name) => unicode::general_category(&name),
        _ if contains(SCRIPTS, &name) => unicode::script(&name),
        _ => {
            let alias =
                CATEGORY_ALIASES.binary_search_by_key(&name.as_str(), |(alias, _)| alias).ok()?;
            unicode::general_category(CATEGORY_ALIASES[alias].1)
        }
    }
}

/// Tells whether Go adds to a class what differs from it in case only. Cased letters have most of it, and that is left at that.
pub(super) fn folds_case(name: &[u8]) -> bool {
    !matches!(canonical_name(name).as_str(), "Lc" | "Casedletter")
}

/// Tells whether a name is one of a list of words.
fn contains(words: &str, name: &str) -> bool {
    words.split(' ').any(|word| word == name)
}

/// Makes a name upper case first and lower case then, without `_`, `-` and spaces.
fn canonical_name(name: &[u8]) -> String {
    let mut canonical = String::with_capacity(name.len());
    for c in String::from_utf8_lossy(name).chars().filter(|c| !matches!(c, '_' | '-' | ' ')) {
        canonical.push(if canonical.is_empty() {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        });
    }
    canonical
}
