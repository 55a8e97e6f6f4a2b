//! What functions take and give: `name takes… > gives`, each a letter.

use std::sync::LazyLock;

/// A function.
#[derive(Debug)]
pub(super) struct Signature {
    pub(super) name: &'static str,
    pub(super) takes: Vec<char>,
    pub(super) gives: char,
}

/// The functions of text/template alone.
pub(super) static GO: LazyLock<Vec<Signature>> = LazyLock::new(|| read(GO_TABLE));

/// The functions of both Helms that give the same each time.
pub(super) static HELM: LazyLock<Vec<Signature>> = LazyLock::new(|| {
    let mut all = read(GO_TABLE);
    // Sprig has another slice.
    all.retain(|signature| signature.name != "slice");
    all.extend(read(HELM_TABLE));
    all
});

fn read(table: &'static str) -> Vec<Signature> {
    table
        .lines()
        .map(|line| {
            let mut words = line.split(' ').filter(|word| !word.is_empty());
            let name = words.next().expect("a line has a name");
            let mut letters: Vec<char> = words.flat_map(str::chars).collect();
            let gives = letters.pop().expect("a function gives something");
            letters.pop();
            Signature { name, takes: letters, gives }
        })
        .collect()
}

// s text, i int, n number, l list, d map, a anything, b truth, r pattern, y YAML, j JSON, o TOML, L layout, D duration, t time as
// text, S seconds, Z zone, v version, c range, k key, p path, u URL, f format, w list of words, I literal int, N name of a template, T template;
// * more of the one before.
const GO_TABLE: &str = "\
and aa*>a
or aa*>a
not a>b
len l>i
len s>i
len d>i
index li>a
index dk>a
index dkk>a
slice sII>s
slice sI>s
print aa*>s
println aa*>s
printf fa*>s
printf fa>s
html a>s
html s>s
js s>s
urlquery s>s
eq aa>b
eq ss>b
eq nn*>b
ne aa>b
lt nn>b
lt ss>b
le nn>b
gt nn>b
ge ss>b
call a>a";

const HELM_TABLE: &str = "\
abbrev is>s
abbrevboth iis>s
add nn*>i
add1 n>i
add1f n>n
addf nn*>n
adler32sum s>s
all aa*>b
any aa*>b
append la>l
atoi s>i
b32dec s>s
b32enc s>s
b64dec s>s
b64enc s>s
base p>s
biggest nn*>i
camelcase s>s
cat aa*>s
ceil n>n
chunk il>l
clean p>s
coalesce aa*>a
compact l>l
concat ll*>l
contains ss>b
date LS>s
dateInZone LSZ>s
dateModify Dt>a
dateModify DS>a
mustDateModify Dt>a
date_in_zone LSZ>s
deepCopy a>a
deepCopy d>d
deepEqual aa>b
default aa>a
dict ka>d
dict kaka>d
dict kaak>d
dig kad>a
dig kkad>a
dir p>s
div nn>i
divf nn*>n
duration D>s
duration i>s
durationRound D>s
empty a>b
ext p>s
first l>a
float64 a>n
float64 s>n
floor n>n
fromJson j>d
fromJsonArray j>l
fromToml o>d
fromYaml y>d
fromYamlArray y>l
get dk>a
has al>b
hasKey dk>b
hasPrefix ss>b
hasSuffix ss>b
hello >s
htmlDate S>s
htmlDateInZone SZ>s
indent is>s
initial l>l
initials s>s
int a>i
int s>i
int64 a>i
int64 s>i
isAbs p>b
join sl>s
join sw>s
kebabcase s>s
kindIs sa>b
kindOf a>s
last l>a
list aa*>l
list ss*>w
lower s>s
max nn*>i
maxf nn*>n
merge dd>d
merge dd*>d
mergeOverwrite dd>d
min nn*>i
minf nn*>n
mod nn>i
mul nn*>i
mulf nn*>n
mustAppend la>l
mustChunk il>l
mustCompact l>l
mustDeepCopy a>a
mustFirst l>a
mustFromJson j>a
mustHas al>b
mustInitial l>l
mustLast l>a
mustMerge dd>d
mustMergeOverwrite dd>d
mustPrepend la>l
mustPush la>l
mustRegexFind rs>s
mustRegexFindAll rsi>w
mustRegexMatch rs>b
mustRegexReplaceAll rss>s
mustRegexReplaceAllLiteral rss>s
mustRegexSplit rsi>w
mustRest l>l
mustReverse l>l
mustSlice li*>l
mustToDate Lt>a
mustToPrettyJson a>s
mustToRawJson a>s
mustUniq l>l
mustWithout la*>l
must_date_modify Dt>a
nindent is>s
nospace s>s
omit dk*>d
osBase p>s
osClean p>s
osDir p>s
osExt p>s
osIsAbs p>b
pick dk*>d
pluck kd*>l
plural ssi>s
prepend la>l
push la>l
quote aa*>s
regexFind rs>s
regexFindAll rsi>w
regexMatch rs>b
regexQuoteMeta s>s
regexReplaceAll rss>s
regexReplaceAllLiteral rss>s
regexSplit rsi>w
repeat is>s
replace sss>s
rest l>l
reverse l>l
round ni>n
semver v>a
semverCompare cv>b
seq ii>s
seq iii>s
seq i>s
set dka>d
sha1sum s>s
sha256sum s>s
sha512sum s>s
slice lii>l
slice li>l
snakecase s>s
sortAlpha l>w
sortAlpha w>w
split ss>d
splitList ss>w
splitn sis>d
squote aa*>s
sub nn>i
subf nn*>n
substr iis>s
swapcase s>s
ternary aab>a
title s>s
toDate Lt>a
toDecimal s>i
toDecimal i>i
toJson a>s
toPrettyJson a>s
toRawJson a>s
toString a>s
toStrings l>w
toToml d>s
toYaml a>s
toYaml d>s
toYamlPretty a>s
trim s>s
trimAll ss>s
trimPrefix ss>s
trimSuffix ss>s
trimall ss>s
trunc is>s
tuple aa*>l
typeIs sa>b
typeIsLike sa>b
typeOf a>s
uniq l>l
unixEpoch a>s
unset dk>d
until i>l
untilStep iii>l
untitle s>s
upper s>s
urlJoin d>s
urlParse u>d
without la*>l
wrap is>s
wrapWith iss>s
required sa>a
include Na>s
tpl Ta>s
lookup ssss>d
fail s>s
mustToYaml a>s
mustToJson a>s
mustToToml d>s
mustToDuration D>a
durationSeconds D>n
durationMilliseconds D>i
durationMicroseconds D>i
durationNanoseconds D>i
durationMinutes D>n
durationHours D>n
durationDays D>n
durationWeeks D>n
durationRoundTo DD>a
durationTruncateTo DD>a
kindOf l>s
decryptAES ss>s
getHostByName s>s
nosuch a>s";
